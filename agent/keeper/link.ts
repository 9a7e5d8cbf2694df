import { MessageChannel, Worker } from "node:worker_threads";
import { isCompiled } from "../core/build.ts";
import { makeSignal, raise } from "../kernel/wait.ts";
import type { News, Order } from "./messages.ts";
import type { KeeperThreadData } from "./thread.ts";

/** The main thread's end of the keeper. */
export interface KeeperLink {
  order(order: Order): void;
  /** Milliseconds since the keeper last answered a heartbeat. */
  silentForMs(): number;
  stop(): void;
}

export interface KeeperLinkOptions extends Omit<KeeperThreadData, "port" | "signal"> {
  onNews(news: News): void;
  onDeath(error: string): void;
  /** CLOCK_MONOTONIC, milliseconds. */
  now(): number;
}

const HEARTBEAT_MS = 5000;

/** Starts the keeper's thread. Its death is final: whoever hears of it ends the process. */
export function startKeeper({ onNews, onDeath, now, ...data }: KeeperLinkOptions): KeeperLink {
  const { port1, port2 } = new MessageChannel();
  const signal = makeSignal();
  const entry = isCompiled ? "./keeper/thread.ts" : new URL("./thread.ts", import.meta.url);
  const workerData: KeeperThreadData = { ...data, port: port2, signal };
  const worker = new Worker(entry, { workerData, transferList: [port2], ...{ smol: true } });
  let answeredAt = now();
  port1.on("message", (news: News) => {
    if (news.kind === "beat") answeredAt = now();
    else onNews(news);
  });
  worker.on("error", (error: Error) => onDeath(error.stack ?? String(error)));
  worker.on("exit", (code) => onDeath(`its thread ended with ${code}`));
  const order = (message: Order): void => {
    port1.postMessage(message);
    raise(signal);
  };
  let number = 0;
  const heart = setInterval(() => order({ kind: "beat", number: ++number }), HEARTBEAT_MS);
  return { order, silentForMs: () => now() - answeredAt, stop: () => clearInterval(heart) };
}
