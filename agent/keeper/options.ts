import type { Config } from "../core/config/config.ts";
import type { act } from "./act.ts";
import type { News } from "./messages.ts";
import type { Kernel } from "./port.ts";
import type { Agent } from "./record.ts";

export interface KeeperOptions {
  kernel: Kernel;
  agent: Agent;
  config: Config;
  /** Hands news to the main thread; must not block. */
  post(news: News): void;
  /** Carries out actions; tests hand in one that is broken. */
  perform?: typeof act;
}
