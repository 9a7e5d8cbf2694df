import { Worker } from "node:worker_threads";
import { stress, type Verdict } from "./stress.ts";

/** stress-main CALLS WORKER: the calls on this thread and as many on a Worker of that entry, at once. */
const main = async (): Promise<void> => {
  const [calls = "0", entry = ""] = process.argv.slice(2);
  const workerData = { calls: Number(calls), seed: 2463534242 };
  const worker = new Worker(entry.startsWith("./") ? entry : new URL(entry, import.meta.url), { workerData });
  const there = new Promise<Verdict>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  // The Worker has begun before this thread stops listening.
  await new Promise((resolve) => worker.once("online", resolve));
  const here = stress(Number(calls), 88172645);
  console.log(JSON.stringify([here, await there]));
};

void main();
