import type { Mount } from "./config/config.ts";
import { sameDirectory, sameMount } from "./identity.ts";
import type { Memory } from "./memory.ts";
import type { MountedRecord, Observed, TopMount } from "./observed.ts";

/** Everything one mount's verdict and plan are made from. */
export interface Facts {
  mount: Mount;
  observed: Observed;
  memory: Memory;
  /** Monotonic milliseconds. */
  now: number;
  /** Probes that must fail in a row before a silent volume counts as hung. */
  failuresUntilHung: number;
}

/**
 * The expected numbers mean something: the source or an anchor of it is held, or the very mount that we attached is
 * still there. Else its file system may be gone, and another one may have been given the same numbers.
 */
export function isPinned({ parent, top, attachedBelow }: Observed, memory: Memory): boolean {
  if (memory.anchored || memory.sourceHeld || parent.kind === "trouble") return true;
  return attachedBelow || (top.kind === "mount" && isAttached(memory, top));
}

/** It is the very mount that we attached. */
export const isAttached = ({ attachedMount }: Memory, top: TopMount): boolean =>
  attachedMount !== null && sameMount(attachedMount, top);

/** The mount on top is the directory we expect, and still a living one. */
export function rightOnTop({ observed: { top }, memory: { expected } }: Facts): TopMount | null {
  return top.kind === "mount" && expected !== null && sameDirectory(top, expected) && !top.deleted ? top : null;
}

/** Something is mounted on the target, and it is not what belongs there. Null while that cannot be told. */
export function wrongOnTop(facts: Facts): TopMount | null {
  const { top } = facts.observed;
  if (top.kind !== "mount" || rightOnTop(facts)) return null;
  return top.deleted || facts.memory.expected !== null ? top : null;
}

/**
 * The wrong mount on top is one of ours: its directory was deleted, it is the very mount we attached before the source
 * changed, or the bare directory's record describes it (an earlier life of the agent made it).
 */
export function isStale(facts: Facts, top: TopMount): boolean {
  const { memory, observed } = facts;
  if (top.deleted && facts.mount.source !== null) return true;
  if (isAttached(memory, top)) return true;
  const { details } = observed;
  return memory.record?.mounted.some((recorded) => details !== null && sameMounted(recorded, details)) ?? false;
}

export const sameMounted = (a: MountedRecord, b: MountedRecord): boolean =>
  a.superDevice === b.superDevice && a.fsType === b.fsType && a.source === b.source && a.root === b.root;

/** The mount on top is ours to take away: the right one, or one that an earlier life or source of ours left. */
export function oursOnTop(facts: Facts): TopMount | null {
  const { top } = facts.observed;
  if (top.kind !== "mount" || facts.mount.source === null) return null;
  return rightOnTop(facts) || isStale(facts, top) ? top : null;
}

/** A mount of ours lies on the target, maybe under another one, or did when it could last be looked at. */
export function mayHoldOurs(facts: Facts): boolean {
  const { mount, memory, observed } = facts;
  if (mount.source === null) return false;
  if (observed.parent.kind === "trouble") return memory.attachedMount !== null;
  return oursOnTop(facts) !== null || observed.oursBelow;
}

/** Per-mount options that the configuration asks for and the mount lacks, or that came in from outside. */
export function strayedOptions(
  { mount, memory }: Facts,
  top: TopMount,
): { set: TopMount["options"]; clear: TopMount["options"] } {
  const source = memory.probe.report?.source;
  const set = mount.options.filter((option) => !top.options.includes(option));
  // A bind of a read-only source is read-only, too; while the source is out of sight nobody knows.
  const isWritable = mount.source !== null && source?.ok === true && !source.readOnly;
  const mustWrite = isWritable && !mount.options.includes("ro");
  return { set, clear: mustWrite && top.options.includes("ro") ? ["ro"] : [] };
}
