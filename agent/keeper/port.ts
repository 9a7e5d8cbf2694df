import type { MountOption } from "../core/config/config.ts";
import type { MountDetails, Top } from "../core/observed.ts";

/** The opened directory above a target. */
export interface Parent {
  readonly fd: number;
  /** The directory's own path, and the target's name in it. */
  readonly path: string;
  readonly name: string;
}

export interface ParentState {
  /** No longer reachable under its path: renamed, removed or covered. */
  replaced: boolean;
  /** Which directory of its file system its mount shows; changes when somebody renames that on the host. Null: the mount is gone. */
  root: string | null;
  /** Mounts made in it propagate. */
  shared: boolean;
}

/** The opened directory under the mount. */
export interface Bare {
  readonly fd: number;
  readonly path: string;
}

export interface BareState {
  device: string;
  inode: bigint;
  removed: boolean;
  /** Mode 0000 and immutable. */
  sealed: boolean;
  /** Entries in it, counted up to a bound. */
  entries: number;
}

/** A directory above a target that some agent took for a target of its own. */
export interface RecordAbove {
  path: string;
  record: string;
  /** What is mounted there now; null where the locked bare directory shows. */
  mountId: bigint | null;
}

export type Directory = Pick<Held, "device" | "inode">;

/** A detached mount, held as a descriptor. */
export type Tree = number;

/** What a held descriptor is the root of. */
export interface Held {
  device: string;
  inode: bigint;
  /** Of the mount it was opened through; a tree's own, which it keeps when it is attached. */
  mountId: bigint;
}

export interface Woken {
  mountsChanged: boolean;
  signalled: boolean;
}

/**
 * All that the keeper asks of the kernel, on a level where a fake machine can answer. Nothing here may block on a
 * volume. Every call may throw a KernelError.
 */
export interface Kernel {
  /** Sleeps until the mount table changes, the main thread signals, or the time is up. */
  wait(timeoutMs: number): Woken;
  monotonicMs(): number;
  bootMs(): number;
  wallMs(): number;

  /** Opens the directory above `target`, making what is missing below the innermost shared mount. */
  openParent(target: string): Parent;
  inspectParent(parent: Parent): ParentState;
  /** Whether the held directory still is what its path leads to. */
  isInPlace(parent: Parent): boolean;
  /** The first directory on the way to `target` whose bare directory bears a record. Walks nothing behind it. */
  recordAbove(target: string): RecordAbove | null;
  look(parent: Parent): Top;
  /** Super device of the mount that `path` lies on, from the mount table alone: it walks no path. */
  deviceOver(path: string): string | null;
  /** Paths of the mounts that lie directly in these directories. */
  mountPointsIn(directories: ReadonlySet<string>): string[];
  /** Null when that mount is gone. */
  describe(id: bigint): MountDetails | null;
  /** Ids of everything mounted at the target, top first. */
  stack(parent: Parent): bigint[];

  /** Opens the bare directory under whatever is mounted, making it when it is missing. */
  openBare(parent: Parent): Bare;
  /** Which directory lies under whatever is mounted, without opening it: it may be sealed. Null when there is none. */
  bareAt(parent: Parent): Pick<BareState, "device" | "inode"> | null;
  inspectBare(bare: Bare): BareState;
  lockBare(bare: Bare): boolean;
  readRecord(bare: Bare): string | null;
  /** Mode 0000, the record, then the immutable flag. Returns whether the file system took the flag. */
  sealBare(bare: Bare, record: string): boolean;

  /** Takes over descriptor `fd` of the living process `pid`. */
  take(pid: number, fd: number): number;
  identify(fd: number): Held;
  /** A detached, private clone of the directory `fd` with these options added. */
  cloneSource(fd: number, options: readonly MountOption[]): Tree;
  /** Adds per-mount options to what is not attached yet; false where the kernel cannot (before 5.12). */
  addOptions(tree: Tree, options: readonly MountOption[]): boolean;
  /** A detached clone of what is on top at the target. */
  cloneTop(parent: Parent): Tree;
  attach(tree: Tree, parent: Parent): void;
  /** The same, if the bare directory lies at the target, and it is `on` where that is known; else false. */
  attachIfBare(tree: Tree, parent: Parent, on: Directory | null): boolean;
  /** Puts `tree` under the top mount; false where the kernel cannot (before 6.5). */
  attachBeneath(tree: Tree, parent: Parent): boolean;
  /** Detaches the top mount if it is still `id` and nothing is mounted inside it. */
  detachTop(parent: Parent, id: bigint): void;
  /** Adds and takes away per-mount options of the top mount if it is still `id`. */
  changeOptions(parent: Parent, id: bigint, set: readonly MountOption[], clear: readonly MountOption[]): void;
  /**
   * Ends the FUSE connection of the top mount if it is still `id`. Returns how many requests waited for an answer; 0: none
   * did, so it does not hang and is left alone.
   */
  abort(parent: Parent, id: bigint): number;
  close(fd: number): void;
}
