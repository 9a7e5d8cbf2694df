import { delayAfter } from "../core/backoff.ts";
import type { Config } from "../core/config/config.ts";

const GAP_MS = 250;
/** The first waits after an unusable volume; they grow to the monitor's interval. */
const EAGER_MS = 500;

/** Between two starts of children at least, however often a probe is asked for, in milliseconds. */
export const gapOf = ({ intervalMs }: Config["monitor"]): number => Math.min(GAP_MS, intervalMs);

/** From one look to the next, after so many failures in a row, in milliseconds. */
export const pauseAfter = (failures: number, { intervalMs }: Config["monitor"]): number =>
  failures > 0 ? delayAfter({ minMs: EAGER_MS, maxMs: intervalMs }, failures) : intervalMs;
