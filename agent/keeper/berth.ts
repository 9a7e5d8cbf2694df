import type { Mount } from "../core/config/config.ts";
import { blankMemory, type Memory } from "../core/memory.ts";
import type { BareView, LockView, MountDetails, TopMount } from "../core/observed.ts";
import type { TraceBody } from "../core/trace.ts";
import type { Bare, Directory, Held, Kernel, Parent, Tree } from "./port.ts";

/** A detached clone of the right mount, and what it is the root of: its id it will have wherever it is attached. */
export interface Anchor extends Held {
  tree: Tree;
}

/** One target as the keeper holds it: what it remembers, and the descriptors it keeps open. */
export interface Berth {
  mount: Mount;
  memory: Memory;
  parent: Parent | null;
  /** What the parent's mount showed when it was first opened. */
  parentRoot: string | null;
  /** The last look at the parent found it unusable. */
  parentInTrouble: boolean;
  /** The bare directory, open as long as its lock is held. */
  bare: Bare | null;
  bareDirectory: Directory | null;
  bareView: BareView | null;
  lock: LockView;
  /** A verified source that waits to be attached. */
  source: number | null;
  /** It was held already when the last pass ended. */
  sourceKept: boolean;
  anchor: Anchor | null;
  /** Details and stack of the mount that was last seen on top. */
  seen: { top: TopMount; details: MountDetails | null; stack: bigint[] } | null;
  /** The mount on top while nothing is left to do about it; null when the next wake needs a whole pass. */
  rest: TopMount | null;
  /** Found bare now, the target would be healed from the anchor at once. */
  healAhead: boolean;
  /** What is to be told of a heal that was made ahead of the pass that looks at it. */
  healed: TraceBody | null;
  /** The right mount was on top at the last look. */
  attached: boolean;
  /** No configuration names this target any more. */
  retired: boolean;
}

export const openBerth = (mount: Mount): Berth => ({
  mount,
  memory: blankMemory(),
  parent: null,
  parentRoot: null,
  parentInTrouble: false,
  bare: null,
  bareDirectory: null,
  bareView: null,
  lock: mount.source === null ? { kind: "notNeeded" } : { kind: "free" },
  source: null,
  sourceKept: false,
  anchor: null,
  seen: null,
  rest: null,
  healAhead: false,
  healed: null,
  attached: false,
  retired: false,
});

/** Holds `fd` as the source to attach, in place of an earlier one; null lets go of it. */
export function holdSource(kernel: Kernel, berth: Berth, fd: number | null): void {
  if (berth.source !== null) kernel.close(berth.source);
  berth.source = fd;
  berth.memory.sourceHeld = fd !== null;
}

/** Holds `anchor` in place of an earlier one; null lets go of it. */
export function holdAnchor(kernel: Kernel, berth: Berth, anchor: Anchor | null): void {
  if (berth.anchor !== null) kernel.close(berth.anchor.tree);
  berth.anchor = anchor;
  berth.memory.anchored = anchor !== null;
}

/** Given up on purpose: nothing is held to put it back, and once none of ours is `left`, nothing is missed. */
export function giveUp(kernel: Kernel, berth: Berth, left: boolean): void {
  holdSource(kernel, berth, null);
  holdAnchor(kernel, berth, null);
  if (left) return;
  berth.memory.attachedMount = null;
  berth.memory.lostAt = null;
}

/** Takes over what a new configuration says of this target. */
export function reconfigureBerth(kernel: Kernel, berth: Berth, mount: Mount): void {
  const wasWatched = berth.mount.source === null;
  const isWatched = mount.source === null;
  if (mount.source !== berth.mount.source) holdSource(kernel, berth, null);
  berth.mount = mount;
  if (isWatched === wasWatched) return;
  if (isWatched) dropLock(kernel, berth);
  berth.lock = isWatched ? { kind: "notNeeded" } : { kind: "free" };
  berth.memory.record = null;
  // What was watched is somebody else's, and becomes ours only if it proves to be the source. The other way round, what
  // is watched from now on is whatever lies there.
  if (wasWatched || !berth.attached) forgetExpected(kernel, berth);
}

function forgetExpected(kernel: Kernel, berth: Berth): void {
  giveUp(kernel, berth, false);
  berth.memory.expected = null;
}

/** Lets go of the bare directory, and so of its lock. */
export function dropLock(kernel: Kernel, berth: Berth): void {
  if (berth.bare) kernel.close(berth.bare.fd);
  berth.bare = null;
  berth.bareDirectory = null;
  berth.bareView = null;
  if (berth.lock.kind !== "notNeeded") berth.lock = { kind: "free" };
}

export function dropParent(kernel: Kernel, berth: Berth): void {
  dropLock(kernel, berth);
  if (berth.parent) kernel.close(berth.parent.fd);
  berth.parent = null;
  berth.parentRoot = null;
  berth.seen = null;
}

/** Closes everything: nothing of ours pins the volume or the parent's file system any more. */
export function closeBerth(kernel: Kernel, berth: Berth): void {
  holdSource(kernel, berth, null);
  holdAnchor(kernel, berth, null);
  dropParent(kernel, berth);
}
