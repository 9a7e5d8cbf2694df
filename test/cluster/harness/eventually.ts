import { until } from "../../kernel/harness/until.ts";

/**
 * Waits until a condition on the cluster is met and returns what it then was; one that throws is not met yet.
 * @throws after `deadline` milliseconds, with what was seen last.
 */
export const eventually = <T>(
  what: string,
  condition: () => T | Promise<T>,
  deadline = 180_000,
): Promise<NonNullable<Exclude<T, false>>> => until(condition, { what, deadline, every: 100 });
