import { inspect } from "node:util";

/** How long a test waits for what should happen at once: long enough for a busy machine, in milliseconds. */
export const patience = 10_000;

/**
 * Waits for a condition, never for a duration: looks until it is truthy and returns what it then was. A condition that
 * throws is not met yet.
 * @throws when it is not met within `deadline` milliseconds, telling what was seen last; and at once when `hopeless`
 * says why it never will be.
 */
export const until = async <T>(
  condition: () => T | Promise<T>,
  {
    what,
    deadline = patience,
    every = 2,
    hopeless = () => null,
  }: { what: string; deadline?: number; every?: number; hopeless?: () => string | null },
): Promise<NonNullable<Exclude<T, false>>> => {
  const end = performance.now() + deadline;
  for (;;) {
    const reason = hopeless();
    let seen: unknown;
    try {
      const value = await condition();
      if (value) return value as NonNullable<Exclude<T, false>>;
      seen = value;
    } catch (error) {
      seen = error;
    }
    if (reason !== null) throw new Error(`never: ${what}; ${reason}`);
    if (performance.now() >= end) {
      throw new Error(`not within ${deadline} ms: ${what}; last seen: ${inspect(seen, { depth: 4 })}`);
    }
    await Bun.sleep(every);
  }
};

/** What a promise fails with. @throws when it does not fail. */
export const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it should have failed, and did not");
};
