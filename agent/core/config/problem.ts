import { printable } from "../printable.ts";

/** One thing that is wrong with the configuration. */
export interface Problem {
  /**
   * Where: a key like `mounts[0].options[1]`, an environment variable like `MONITOR_INTERVAL`, `line 3, column 7` when the
   * text is not YAML, or empty when it is about the text as a whole.
   */
  path: string;
  /** What is wrong, what is allowed, and what was probably meant. One line, safe for a terminal. */
  message: string;
}

/** A place in the configuration that is being read, and the way to say that something is wrong there. */
export interface Place {
  readonly path: string;
  /** Always undefined: `return at.problem("…")` reads as "no value, because …". */
  problem(message: string): undefined;
  key(name: string): Place;
  index(position: number): Place;
}

/** A place whose problems, and those of all places below it, are added to `problems`. */
export const placeOf = (problems: Problem[], path = ""): Place => ({
  path,
  problem: (message) => {
    problems.push({ path, message });
    return undefined;
  },
  key: (name) => placeOf(problems, path === "" ? keyText(name) : `${path}.${keyText(name)}`),
  index: (position) => placeOf(problems, `${path}[${position}]`),
});

/** Keys come from the file: one that would be confused with the path around it is quoted. */
const keyText = (name: string): string => (/^[A-Za-z0-9_-]{1,64}$/.test(name) ? name : quote(name));

/** A value of the file as it is shown in messages: on one line, not endless. */
export const quote = (text: string): string =>
  printable(JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text));

/** More than anybody reads; a file of nothing but wrong keys must not fill the log and the status. */
const most = 100;

/** By path, in the order of the file within lists (`mounts[10]` after `mounts[9]`), once each, and not without end. */
export const arrange = (problems: readonly Problem[]): Problem[] => {
  const seen = new Set<string>();
  const different = problems.filter(({ path, message }) => {
    const key = `${path}\0${message}`;
    return !seen.has(key) && seen.add(key);
  });
  const sorted = different.toSorted((a, b) => compare(a.path, b.path) || compare(a.message, b.message));
  if (sorted.length <= most) return sorted;
  return [...sorted.slice(0, most), { path: "", message: `${sorted.length - most} more problems` }];
};

/** Numbers inside of the text by their value, the rest by its characters. */
const compare = (a: string, b: string): number => {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = index % 2 === 1 ? Number(part) - Number(other) : part < other ? -1 : part > other ? 1 : 0;
    if (order !== 0) return order;
  }
  return left.length - right.length;
};
