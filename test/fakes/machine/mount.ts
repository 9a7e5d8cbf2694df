import type { MountOption } from "../../../agent/core/config/config.ts";
import type { Directory } from "./file-system.ts";

/** One mount. `detached` as open_tree(2) makes it; once attached it can never be attached again. */
export interface Mount {
  readonly id: bigint;
  readonly root: Directory;
  readonly options: Set<MountOption>;
  state: "detached" | "attached" | "gone";
  /** The directory it is mounted on, under everything else that is mounted there. */
  at: Directory | null;
  shared: boolean;
  /** The process that made it, or `people`. */
  readonly by: string;
  /** Mounts inside it. */
  inside: number;
}

/** What carries a target's name: a directory, or what stands in its way. */
export type Entry = Directory | { readonly what: string };

export const isDirectory = (entry: Entry): entry is Directory => "inode" in entry;

/** A directory that targets lie in. */
export interface ParentDirectory {
  readonly path: string;
  readonly directory: Directory;
  /** What its mount's root field says. */
  root: string;
  shared: boolean;
  readonly entries: Map<string, Entry>;
}

/** `claim:/dumps nosuid,nodev`; `//deleted` and what is inside are told too. */
export function describeMount({ root, options, inside }: Mount): string {
  const where = `${root.fileSystem.source}:${rootOf(root)}`;
  const told = [...options].sort().join(",");
  return [where, told, inside > 0 ? `with ${inside} inside` : ""].filter((part) => part !== "").join(" ");
}

export const rootOf = ({ path, removed }: Directory): string => (removed ? `${path}//deleted` : path);

/** What the mount table says of a mount of this directory. */
export const shownAs = (directory: Directory): { source: string; root: string } => {
  const { source, namesPath } = directory.fileSystem;
  return namesPath ? { source: source + directory.path, root: "/" } : { source, root: rootOf(directory) };
};
