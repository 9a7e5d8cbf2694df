import { describe, type Reader } from "./reader.ts";

/** `1h30m` to milliseconds; null when it is no duration, has a unit twice or out of order, or is too long to count. */
export const parseDuration = (text: string): number | null => {
  const found = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/.exec(text);
  if (found === null || text === "") return null;
  const [hours = 0, minutes = 0, seconds = 0, rest = 0] = found.slice(1).map((digits) => Number(digits ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest;
};

/** The shortest text that parseDuration reads as this many milliseconds. */
export const formatDuration = (milliseconds: number): string => {
  const parts: [number, string][] = [
    [Math.floor(milliseconds / 3_600_000), "h"],
    [Math.floor(milliseconds / 60_000) % 60, "m"],
    [Math.floor(milliseconds / 1000) % 60, "s"],
    [milliseconds % 1000, "ms"],
  ];
  return parts.map(([amount, unit]) => (amount === 0 ? "" : `${amount}${unit}`)).join("") || "0s";
};

/** Bounds in milliseconds, both included. */
export interface DurationBounds {
  min: number;
  max: number;
  /** 0 is allowed too and means "off". */
  orZero?: boolean;
  /** Plain digits are seconds: for the environment, where that is the custom. */
  orSeconds?: boolean;
}

export const duration =
  ({ min, max, orZero = false, orSeconds = false }: DurationBounds): Reader<number> =>
  (data, at) => {
    const also = `${orZero ? "0s (off) or " : ""}${orSeconds ? "seconds or " : ""}`;
    const want = `want ${also}a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as 50ms, 30s, 5m or 1h30m`;
    if (typeof data === "number") return at.problem(`is ${describe(data)} without a unit; ${want}`);
    const text = typeof data === "string" ? data : "";
    const milliseconds = parseDuration(orSeconds && /^\d+$/.test(text) ? `${text}s` : text);
    if (milliseconds === null) return at.problem(`is ${describe(data)}; ${want}`);
    if (orZero && milliseconds === 0) return 0;
    const fits = milliseconds >= min && milliseconds <= max;
    return fits ? milliseconds : at.problem(`is ${describe(data)}, which is out of range; ${want}`);
  };

/** As Kubernetes writes quantities: powers of 1000 and of 1024. */
const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  T: 1000 ** 4,
  P: 1000 ** 5,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
};

/** `10Gi` to bytes; null when it is no size or more than can be counted exactly (8 PiB). */
export const parseSize = (text: string): number | null => {
  const found = /^(\d{1,16})([kMGTP]?|[KMGTP]i)$/.exec(text);
  if (found === null) return null;
  const bytes = Number(found[1]) * (units[found[2] ?? ""] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : null;
};

/** The shortest exact text that parseSize reads as this many bytes: in the largest unit that divides it. */
export const formatSize = (bytes: number): string => {
  const fitting = Object.entries(units).filter(([, unit]) => bytes > 0 && bytes % unit === 0);
  const [unit, factor] = fitting.reduce((best, each) => (each[1] > best[1] ? each : best), ["", 1]);
  return `${bytes / factor}${unit}`;
};

/** Bytes, at least 0. */
export const size: Reader<number> = (data, at) => {
  const bytes = typeof data === "string" || typeof data === "number" ? parseSize(String(data)) : null;
  if (bytes !== null) return bytes;
  return at.problem(
    `is ${describe(data)}; want a size below 8Pi in whole numbers, such as 10Gi, 500Mi, 1G or plain bytes`,
  );
};
