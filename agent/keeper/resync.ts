import { delayAfter } from "../core/backoff.ts";
import type { Config } from "../core/config/config.ts";
import type { Facts } from "../core/facts.ts";
import type { Depth } from "./observe.ts";

/** When the next full look is due by itself. */
export class Resync {
  /** CLOCK_MONOTONIC, milliseconds. */
  at = 0;
  /** Full looks in a row that found a parent in trouble. */
  #troubles = 0;

  /** What could not be looked at sends no event when it can be again, so it is tried at growing pauses. */
  plan(depth: Depth, facts: readonly Facts[], { monitor, recovery }: Config, now: number): void {
    const isTroubled = facts.some(({ observed }) => observed.parent.kind === "trouble");
    const isNews = isTroubled && this.#troubles === 0;
    if (!isTroubled) this.#troubles = 0;
    if (depth === "quick" && !isNews) return;
    if (isTroubled) this.#troubles += 1;
    const pause = isTroubled ? delayAfter(recovery.backoff, this.#troubles) : monitor.intervalMs;
    this.at = now + Math.min(pause, monitor.intervalMs);
  }
}
