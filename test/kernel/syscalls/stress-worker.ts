import { parentPort, workerData } from "node:worker_threads";
import { stress } from "./stress.ts";

const { calls, seed } = workerData as { calls: number; seed: number };
parentPort?.postMessage(stress(calls, seed));
