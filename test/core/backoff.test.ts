import { expect, test } from "bun:test";
import fc from "fast-check";
import { delayAfter } from "../../agent/core/backoff.ts";

const backoff = { minMs: 50, maxMs: 30_000 };

test("doubles from the shortest to the longest", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((attempts) => delayAfter(backoff, attempts));
  expect(delays).toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

test("never leaves its bounds, never shrinks and stays a number, however many attempts", () => {
  const bounds = fc.tuple(fc.integer({ min: 1, max: 3_600_000 }), fc.integer({ min: 0, max: 3_600_000 }));
  fc.assert(
    fc.property(bounds, fc.nat(), ([minMs, more], attempts) => {
      const maxMs = minMs + more;
      const delay = delayAfter({ minMs, maxMs }, attempts);
      expect(delay).toBeGreaterThanOrEqual(minMs);
      expect(delay).toBeLessThanOrEqual(maxMs);
      expect(delayAfter({ minMs, maxMs }, attempts + 1)).toBeGreaterThanOrEqual(delay);
    }),
  );
});
