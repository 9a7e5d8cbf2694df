import type { Data } from "./document.ts";
import { nearest } from "./nearest.ts";
import { type Place, quote } from "./problem.ts";

/** Turns what stands at a place into a value; undefined after a problem was reported there. */
export type Reader<T> = (data: Data, at: Place) => T | undefined;

/** The same for what can only be text: an environment variable. */
export type TextReader<T> = (text: string, at: Place) => T | undefined;

/** A mapping whose keys are known. */
export interface Section<K extends string> {
  /** The value of a key; undefined when it is not given (or null, which says the same) or has a problem. */
  read<T>(key: K, reader: Reader<T>): T | undefined;
  /** Whether the key stands there with a value, right or wrong. */
  has(key: K): boolean;
  place(key: K): Place;
}

/** Reads a mapping with these keys and no others; an unknown one is a problem, whatever it holds. */
export const sectionOf =
  <K extends string>(keys: readonly K[]): Reader<Section<K>> =>
  (data, at) => {
    const known = `known here: ${keys.join(", ")}`;
    if (!isMapping(data)) return at.problem(`is ${describe(data)}; want keys with values, ${known}`);
    for (const key of data.keys()) {
      if ((keys as readonly string[]).includes(key)) continue;
      const meant = nearest(key, keys);
      at.key(key).problem(`is not a key${meant === null ? "" : `; did you mean ${meant}?`} (${known})`);
    }
    return sectionFrom(data, at);
  };

/** The same where all keys have defaults: what is not there, or is no mapping, goes on as an empty one. */
export const section = <K extends string>(data: Data, at: Place, keys: readonly K[]): Section<K> => {
  const given = data === null ? undefined : sectionOf(keys)(data, at);
  return given ?? sectionFrom(new Map(), at);
};

const sectionFrom = <K extends string>(data: ReadonlyMap<string, Data>, at: Place): Section<K> => {
  const dataOf = (key: K): Data => data.get(key) ?? null;
  return {
    has: (key) => dataOf(key) !== null,
    place: (key) => at.key(key),
    read: (key, reader) => {
      const value = dataOf(key);
      return value === null ? undefined : reader(value, at.key(key));
    },
  };
};

const isMapping = (data: Data): data is ReadonlyMap<string, Data> => data instanceof Map;

/** A list; items with a problem are left out of the result. */
export const listOf =
  <T>(want: string, reader: Reader<T>): Reader<T[]> =>
  (data, at) => {
    if (!Array.isArray(data)) return at.problem(`is ${describe(data)}; want a list of ${want}`);
    const items = data.map((item: Data, index) => reader(item, at.index(index)));
    return items.filter((item) => item !== undefined);
  };

/** Text of a certain form. `whyNot` names the fault ("is longer than …"), null when there is none. */
export const textThat =
  (want: string, whyNot: (text: string) => string | null): Reader<string> =>
  (data, at) => {
    if (typeof data === "number" || typeof data === "boolean") {
      return at.problem(`is ${describe(data)}; want ${want}, in quotes`);
    }
    if (typeof data !== "string") return at.problem(`is ${describe(data)}; want ${want}`);
    const fault = whyNot(data);
    return fault === null ? data : at.problem(`${quote(data)} ${fault}; want ${want}`);
  };

/** One of a few words; `true` and `false` may be among them. */
export const oneOf =
  <const T extends string | boolean>(allowed: readonly T[]): Reader<T> =>
  (data, at) => {
    const found = allowed.find((each) => each === data);
    if (found !== undefined) return found;
    const meant = typeof data === "string" ? nearest(data, allowed.map(String)) : null;
    return at.problem(
      `is ${describe(data)}; want ${alternatives(allowed)}${meant === null ? "" : `; did you mean ${meant}?`}`,
    );
  };

export const flag: Reader<boolean> = oneOf([true, false]);

/** A whole number within bounds, both included. */
export const wholeNumber =
  ({ min, max }: { min: number; max: number }): Reader<number> =>
  (data, at) => {
    if (typeof data === "number" && Number.isSafeInteger(data) && data >= min && data <= max) return data;
    return at.problem(`is ${describe(data)}; want a whole number from ${min} to ${max}`);
  };

/** What a value is, for a sentence that begins with "is". */
export const describe = (data: Data): string => {
  if (data === null) return "empty";
  if (typeof data === "string") return quote(data);
  if (typeof data === "number") return `the number ${data}`;
  if (typeof data === "boolean") return String(data);
  return data instanceof Map ? "a mapping" : "a list";
};

const alternatives = (allowed: readonly (string | boolean)[]): string => {
  const words = allowed.map(String);
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
};
