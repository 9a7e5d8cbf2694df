import type { MountOption } from "./config/config.ts";
import type { Identity } from "./identity.ts";

/** What lies on top at a target. */
export type Top =
  | { kind: "missing" }
  | { kind: "unusable"; what: string }
  | { kind: "bare"; device: string; inode: bigint; locked: boolean }
  | TopMount;

export interface TopMount {
  kind: "mount";
  id: bigint;
  device: string;
  inode: bigint;
  /** The directory that is mounted has been removed from its file system: files can no longer be made in it. */
  deleted: boolean;
  /** The per-mount options in force that a configuration can name. */
  options: MountOption[];
}

/** What the kernel tells of one mount beyond its numbers. */
export interface MountDetails {
  id: bigint;
  parentId: bigint;
  superDevice: string;
  root: string;
  fsType: string;
  source: string;
  /** Per-mount options such as `rw`, `nosuid`. */
  options: readonly string[];
  superOptions: string;
  shared: boolean;
}

/** The directory above the target, and whether mounts made there reach the host. */
export type ParentView = { kind: "usable" } | { kind: "trouble"; reason: ParentTrouble; message: string };
export type ParentTrouble = "ParentMissing" | "ParentReplaced" | "NotShared";

/** Who may act on this target. Watched targets need no lock. */
export type LockView = { kind: "held" } | { kind: "free" } | { kind: "other"; holder: string } | { kind: "notNeeded" };

/** The directory under the mount, seen through the held lock. */
export interface BareView {
  locked: boolean;
  /** Whether its file system takes the immutable flag. */
  immutable: boolean;
  /** Entries hidden under the mount, counted up to a bound. */
  shadowed: number;
}

/** One look at one target, taken without touching the volume. */
export interface Observed {
  parent: ParentView;
  lock: LockView;
  top: Top;
  /** Details of the top mount, when there is one. */
  details: MountDetails | null;
  /** Ids of everything mounted at the target, top first. */
  stack: bigint[];
  /** The very mount that we attached lies in the stack, but not on top. */
  attachedBelow: boolean;
  /** The right mount lies in the stack, but not on top. */
  rightBelow: boolean;
  /** It lies directly below the top. */
  rightNext: boolean;
  /** One of ours lies in the stack, but not on top: the right one, or one that the record names. */
  oursBelow: boolean;
  bare: BareView | null;
}

/** What the bare directory's record says was mounted here by us. */
export interface BareRecord {
  instance: string;
  holder: string;
  uuid: string | null;
  /** The one that is or is about to be mounted first, then those it takes the place of, until it has. */
  mounted: MountedRecord[];
}

/** What the kernel calls a mount; while that mount lives, no other can bear the same device. */
export type MountedRecord = Pick<Identity, "superDevice" | "fsType" | "source" | "root">;
