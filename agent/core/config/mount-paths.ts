import { type Draft, draftOf, mostMounts } from "./mount.ts";
import { absolutePath } from "./path.ts";
import { type Place, quote } from "./problem.ts";
import type { TextReader } from "./reader.ts";

/** `MOUNT_PATHS=[source:]target,…`: paths with a comma or a colon in them want the file. */
export const mountPaths: TextReader<Draft[]> = (text, at) => {
  const entries = text.split(",").map((entry) => entry.trim());
  if (entries.at(-1) === "") entries.pop();
  if (entries.length > mostMounts) return at.problem(`names ${entries.length} paths; want at most ${mostMounts}`);
  const read = entries.map((entry, index) => readEntry(entry, sameAt(at.index(index))));
  const paths = read.filter((each) => each !== undefined);
  if (entries.length === 0) at.problem("names no path; want [source:]target, several joined by commas");
  const names = namesFrom(paths.map(({ target }) => target));
  return paths.map(({ at: place, ...rest }, index) => draftOf(place, { ...rest, name: names[index] ?? "mount" }));
};

interface Entry {
  at: Place;
  source: string | null;
  target: string;
}

const readEntry = (entry: string, at: Place): Entry | undefined => {
  const [first = "", second, ...more] = entry.split(":");
  if (more.length > 0) return at.problem(`${quote(entry)} has more than one ':'; want [source:]target`);
  if (second === undefined) {
    const target = absolutePath(first, at);
    return target === undefined ? undefined : { at, source: null, target };
  }
  const [source, target] = [absolutePath(first, at), absolutePath(second, at)];
  return source === undefined || target === undefined ? undefined : { at, source, target };
};

/** An entry is one word: its source and its target are told by the same path. */
const sameAt = (at: Place): Place => ({ ...at, key: () => sameAt(at) });

/** A DNS label from the last component of each path; where one is taken, the next free number is added. */
const namesFrom = (targets: readonly string[]): string[] => {
  const taken = new Set<string>();
  return targets.map((target) => {
    const base = labelFrom(target.slice(target.lastIndexOf("/") + 1));
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base.slice(0, 62 - String(number).length)}-${number}`;
    taken.add(name);
    return name;
  });
};

const labelFrom = (component: string): string =>
  component
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-/, "")
    .slice(0, 63)
    .replace(/-$/, "") || "mount";
