import type { Mount } from "../config/config.ts";
import type { MountEntry } from "../mountinfo/parse.ts";
import type { BareRecord } from "../observed.ts";

/** What one configured target looks like on this node, as far as it could be looked at without touching a volume. */
export interface Site {
  mount: Mount;
  /** The mount that holds the directory above the target; null when that directory is not there. */
  parent: MountEntry | null;
  /** Everything mounted at the target, bottom to top. */
  stack: MountEntry[];
  /** The directory under all of it; null when it is not there, or could not be looked at. */
  bare: { sealed: boolean; entries: number; record: BareRecord | null } | null;
  /** Why the bare directory could not be looked at; null when it could. */
  unseen: string | null;
}

/** A mount beside the configured ones, on a directory that a record of Mooring's calls its own. */
export interface Orphan {
  target: string;
  instance: string;
}

/** The directory under the mounts, as the file system of the parent names it; null while there is no parent. */
export const bareRootOf = ({ mount, parent }: Site): string | null =>
  parent === null ? null : join(parent.root, below(mount.target, parent.mountPoint));

/** Whether a path is `ancestor` or lies below it. */
export const isWithin = (path: string, ancestor: string): boolean =>
  ancestor === "/" || path === ancestor || path.startsWith(`${ancestor}/`);

/** What of a path comes after one of its ancestors: empty, or beginning with a slash. */
export const below = (path: string, ancestor: string): string =>
  ancestor === "/" ? (path === "/" ? "" : path) : path.slice(ancestor.length);

export const join = (directory: string, rest: string): string =>
  directory === "/" ? rest || "/" : `${directory}${rest}`;
