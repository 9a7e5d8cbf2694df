import { expect, test } from "bun:test";
import fc from "fast-check";
import { count, sayAge, sayBytes, sayDuration } from "../../agent/core/say.ts";

test("durations in the unit that fits", () => {
  const cases: [ms: number, said: string][] = [
    [0, "0 s"],
    [-5, "0 s"],
    [0.0961, "96 µs"],
    [0.9994, "999 µs"],
    [0.9996, "1.0 ms"],
    [4.24, "4.2 ms"],
    [9.96, "10 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [5000, "5.0 s"],
    [42_000, "42 s"],
    [59_499, "59 s"],
    [59_600, "1 min"],
    [724_000, "12 min 4 s"],
    [3_599_600, "1 h"],
    [11_100_000, "3 h 5 min"],
    [9.1 * 86_400_000, "9 d 2 h"],
    [Number.NaN, "an unknown time"],
    [Number.POSITIVE_INFINITY, "an unknown time"],
  ];
  for (const [ms, said] of cases) expect(sayDuration(ms)).toBe(said);
});

test("a longer duration never sounds shorter", () => {
  const unit: Record<string, number> = { µs: 1e-3, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  const read = (said: string): number =>
    [...said.matchAll(/([\d.]+) (\S+)/g)].reduce((sum, [, n, u]) => sum + Number(n) * (unit[u ?? ""] ?? Number.NaN), 0);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e10, noNaN: true }),
      fc.double({ min: 0, max: 1e10, noNaN: true }),
      (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(read(sayDuration(less))).toBeLessThanOrEqual(read(sayDuration(more)));
      },
    ),
  );
});

test("ages short enough for a table", () => {
  const cases: [seconds: number, said: string][] = [
    [-1, "0s"],
    [0.9, "0s"],
    [119, "119s"],
    [120, "2m"],
    [7199, "119m"],
    [7200, "2h0m"],
    [86_400 * 2 - 1, "47h59m"],
    [86_400 * 9.9, "9d"],
    [Number.NaN, "?"],
  ];
  for (const [seconds, said] of cases) expect(sayAge(seconds * 1000)).toBe(said);
});

test("sizes in binary units with three digits", () => {
  const cases: [bytes: number, said: string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024 ** 2, "1.00 MiB"],
    [9.77 * 1024 ** 3, "9.77 GiB"],
    [42.04 * 1024 ** 3, "42.0 GiB"],
    [128 * 1024 ** 2, "128 MiB"],
    [2 ** 70, "1024 EiB"],
    [-1, "?"],
    [Number.NaN, "?"],
  ];
  for (const [bytes, said] of cases) expect(sayBytes(bytes)).toBe(said);
});

test("one mount, two mounts", () => {
  expect([count(0, "mount"), count(1, "mount"), count(2, "mount")]).toEqual(["0 mounts", "1 mount", "2 mounts"]);
});
