/** Shortest and longest wait between two attempts, in milliseconds. */
export interface Backoff {
  minMs: number;
  maxMs: number;
}

/** How long to wait after `attempts` failures in a row (1 = after the first): doubles from the shortest to the longest. */
export const delayAfter = ({ minMs, maxMs }: Backoff, attempts: number): number =>
  Math.min(maxMs, minMs * 2 ** Math.min(Math.max(attempts - 1, 0), 40));
