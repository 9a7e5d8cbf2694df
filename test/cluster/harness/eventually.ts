import { until } from "../../kernel/harness/until.ts";

/** Looks in milliseconds: no more often than this, and never most of the time, as some of them start programs on a node. */
const EVERY_MS = 100;
const LONGEST_MS = 1000;

/**
 * Waits until a condition on the cluster is met and returns what it then was; one that throws is not met yet.
 * @throws after `deadline` milliseconds, with what was seen last.
 */
export const eventually = <T>(
  what: string,
  condition: () => T | Promise<T>,
  deadline = 180_000,
): Promise<NonNullable<Exclude<T, false>>> => {
  let pause = 0;
  const look = async (): Promise<T> => {
    await Bun.sleep(pause);
    const began = performance.now();
    try {
      return await condition();
    } finally {
      pause = Math.min(LONGEST_MS, 2 * (performance.now() - began));
    }
  };
  return until(look, { what, deadline, every: EVERY_MS });
};
