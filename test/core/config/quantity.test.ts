import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Problem, placeOf } from "../../../agent/core/config/problem.ts";
import {
  duration,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  size,
} from "../../../agent/core/config/quantity.ts";

test.each([
  ["0s", 0],
  ["50ms", 50],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["1h2m3s4ms", 3_723_004],
  ["90s", 90_000],
])("%s is %d ms", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  "",
  "30",
  "s",
  "-1s",
  "+1s",
  "1.5s",
  "1d",
  "1 s",
  " 1s",
  "1s ",
  "1s1s",
  "1s1m",
  "1S",
  "1M",
  "1e3s",
  "NaNs",
  "0x1s",
  "1234567890h",
  "١s",
  "1s\n",
])("%p is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test.each([
  ["0", 0],
  ["1000", 1000],
  ["1k", 1000],
  ["10Gi", 10 * 1024 ** 3],
  ["500Mi", 500 * 1024 ** 2],
  ["1G", 1e9],
  ["7Pi", 7 * 1024 ** 5],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("%s is %d bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([
  "",
  "Gi",
  "-1",
  "+1",
  "1.5Gi",
  "1e3",
  "10GB",
  "10gi",
  "1 Gi",
  "1K",
  "1m",
  "1E",
  "NaN",
  "Infinity",
  "8Pi",
  "9007199254740992",
  "9999999999999999P",
  "0x10",
])("%p is no size", (text) => {
  expect(parseSize(text)).toBeNull();
});

test("what is formatted reads as the same number, in the shortest form", () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 31 - 1 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => parseSize(formatSize(bytes)) === bytes));
  fc.assert(fc.property(fc.nat({ max: 8000 }), (gi) => parseSize(formatSize(gi * 1024 ** 3)) === gi * 1024 ** 3));
  expect([0, 50, 1000, 60_000, 90_000, 5_400_000, 1].map(formatDuration)).toEqual([
    "0s",
    "50ms",
    "1s",
    "1m",
    "1m30s",
    "1h30m",
    "1ms",
  ]);
  expect([0, 1000, 1024, 10 * 1024 ** 3, 1500, 1025].map(formatSize)).toEqual([
    "0",
    "1k",
    "1Ki",
    "10Gi",
    "1500",
    "1025",
  ]);
});

test("any text is a duration, a size or neither, never an exception", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[0-9]{1,20}[a-zA-Z]{0,3}$/)), (text) => {
      for (const number of [parseDuration(text), parseSize(text)]) {
        expect(number === null || (Number.isSafeInteger(number) && number >= 0)).toBe(true);
      }
    }),
  );
});

const read = <T>(reader: (data: never, at: ReturnType<typeof placeOf>) => T, data: unknown): [T, Problem[]] => {
  const problems: Problem[] = [];
  return [reader(data as never, placeOf(problems, "key")), problems];
};

test("a duration is read within its bounds", () => {
  const reader = duration({ min: 1000, max: 60_000 });
  expect(read(reader, "1s")).toEqual([1000, []]);
  expect(read(reader, "1m")).toEqual([60_000, []]);
  for (const data of ["999ms", "60001ms", "0s", "x", 5, true, [], new Map()]) {
    const [value, problems] = read(reader, data);
    expect(value).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain("want a duration from 1s to 1m");
  }
  expect(read(reader, 5)[1][0]?.message).toContain("without a unit");
});

test("zero can mean off, and plain digits seconds", () => {
  expect(read(duration({ min: 1000, max: 60_000, orZero: true }), "0s")).toEqual([0, []]);
  expect(read(duration({ min: 1000, max: 60_000, orZero: true }), "1ms")[1][0]?.message).toContain("want 0s (off) or");
  expect(read(duration({ min: 1000, max: 60_000, orSeconds: true }), "30")).toEqual([30_000, []]);
  expect(read(duration({ min: 1000, max: 60_000, orSeconds: true }), "30s")).toEqual([30_000, []]);
  expect(read(duration({ min: 1000, max: 60_000, orSeconds: true }), "61")[0]).toBeUndefined();
});

test("a size is read from text and from a number", () => {
  expect(read(size, "10Gi")).toEqual([10 * 1024 ** 3, []]);
  expect(read(size, 4096)).toEqual([4096, []]);
  for (const data of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, "10GB", true, [], new Map()]) {
    const [value, problems] = read(size, data);
    expect(value).toBeUndefined();
    expect(problems[0]?.message).toContain("want a size below 8Pi");
  }
});
