import type { Directory } from "./file-system.ts";
import type { Machine } from "./machine.ts";
import { describeMount, type Entry, isDirectory, type ParentDirectory } from "./mount.ts";

/**
 * One line per target: what is mounted there, top first, over what it is mounted on. A parent in trouble has a line of
 * its own.
 *
 *     /host/a/dumps: claim:/dumps nodev,nosuid over sealed directory held by one
 */
export function printMachine(machine: Machine): string {
  const parents = [...machine.parents.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return parents.flatMap((parent) => [...troubleOf(parent), ...targetsIn(machine, parent)]).join("\n");
}

function troubleOf({ path, root, shared }: ParentDirectory): string[] {
  const troubles = [shared ? "" : "private", root === path ? "" : `is ${root} on the host`];
  const told = troubles.filter((trouble) => trouble !== "");
  return told.length > 0 ? [`${path}: ${told.join(", ")}`] : [];
}

function targetsIn(machine: Machine, { path, entries }: ParentDirectory): string[] {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, entry]) => `${path}/${name}: ${describeEntry(machine, entry)}`);
}

function describeEntry(machine: Machine, entry: Entry): string {
  if (!isDirectory(entry)) return entry.what;
  return [...machine.stackOn(entry).map(describeMount), describeBare(entry)].join(" over ");
}

function describeBare({ mode, immutable, lock, entries }: Directory): string {
  const how = mode === 0 && immutable ? "sealed" : mode === 0 ? "closed" : "open";
  const holder = lock ? ` held by ${lock.by}` : "";
  return `${how} directory${holder}${entries > 0 ? ` with ${entries} inside` : ""}`;
}
