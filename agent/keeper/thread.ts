import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { Config } from "../core/config/config.ts";
import type { Capabilities } from "../kernel/capabilities.ts";
import { runAheadOfOthers } from "../kernel/scheduling.ts";
import { linuxKernel } from "./linux/kernel.ts";
import { Keeper } from "./loop.ts";
import type { News, Order } from "./messages.ts";
import type { Agent } from "./record.ts";

/** What the Worker is started with. */
export interface KeeperThreadData {
  port: MessagePort;
  /** The eventfd by which main wakes it. */
  signal: number;
  capabilities: Capabilities;
  agent: Agent;
  config: Config;
}

function run({ port, signal, capabilities, agent, config }: KeeperThreadData): never {
  const keeper = new Keeper({
    kernel: linuxKernel(signal, capabilities),
    agent,
    config,
    post: (news: News) => port.postMessage(news),
  });
  const takeOrders = (): Order[] => {
    const orders: Order[] = [];
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: Order } | undefined;
      if (!received) return orders;
      orders.push(received.message);
    }
  };
  runAheadOfOthers();
  for (;;) keeper.step(takeOrders);
}

run(workerData as KeeperThreadData);
