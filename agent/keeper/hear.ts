import { type Identity, sameDirectory } from "../core/identity.ts";
import type { TraceBody } from "../core/trace.ts";
import type { SourceFound, VolumeFindings, VolumeReport } from "../core/volume-report.ts";
import { KernelError } from "../kernel/error.ts";
import { type Anchor, type Berth, holdAnchor, holdSource } from "./berth.ts";
import { explain } from "./explain.ts";
import type { Stuck } from "./messages.ts";
import type { Held, Kernel, Parent } from "./port.ts";

interface Ears {
  kernel: Kernel;
  tell(trace: TraceBody): void;
}

/**
 * Takes in what a volume child found. A source that was verified and is not the one we hold is taken over from the
 * child's descriptor, so that the keeper never walks a path on a volume.
 */
export function hearReport({ kernel, tell }: Ears, berth: Berth, pid: number, found: VolumeReport): void {
  const { memory } = berth;
  const uuidBefore = memory.expected?.uuid ?? memory.record?.uuid ?? null;
  const report = takeOver(kernel, berth, pid, found);
  const { volume } = report;
  const usable = volume !== null && volume.problem === null;
  memory.probe.report = report;
  memory.probe.silent = false;
  memory.probe.aborted = false;
  memory.probe.failures = usable ? 0 : memory.probe.failures + 1;
  if (usable && volume.through === "target") recognise(kernel, berth, volume);
  memory.probe.verified = usable && memory.expected !== null && sameDirectory(volume.identity, memory.expected);
  if (usable && memory.probe.verified) noteUuid(tell, berth, uuidBefore, volume);
}

/**
 * Takes over the verified source, whether it was examined there or where it is mounted already: held, it pins the
 * numbers by which a mount of it is known. A child that died meanwhile, or a kernel that refuses, makes it unusable for
 * now.
 */
function takeOver(kernel: Kernel, berth: Berth, pid: number, report: VolumeReport): VolumeReport {
  const { source, volume } = report;
  if (!source?.ok || !volume || volume.problem) return report;
  try {
    takeSource(kernel, berth, pid, source, volume);
    return report;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const message = `the verified source cannot be taken over: ${explain(error)}`;
    return { source, volume: { ...volume, problem: { reason: "AttachFailed", message } } };
  }
}

/** The volume got its first UUID, or another one than the last time: restored from a copy, swapped, or ephemeral. */
function noteUuid(
  tell: Ears["tell"],
  { mount, memory }: Berth,
  before: string | null,
  { identity: { uuid }, isNew }: VolumeFindings,
): void {
  if (uuid === null || memory.expected === null) return;
  memory.expected = { ...memory.expected, uuid };
  if (uuid === before) return;
  if (before !== null) tell({ kind: "volumeChanged", mount: mount.name, from: before, to: uuid });
  else if (isNew) tell({ kind: "volumeNew", mount: mount.name, uuid });
}

/**
 * No answer in time: whatever was known stays known, and the count of failures grows. A child that is stuck before it came
 * to examine anything is on the way to the source: on the file system that its path lies on, or lay when it was last told.
 */
export function hearNothing(kernel: Kernel, { memory, mount }: Berth, stuck: Stuck | null): void {
  memory.probe.silent = true;
  memory.probe.failures += 1;
  const { silentOn } = memory.probe;
  memory.probe.silentOn =
    stuck && mount.onHang === "abort" ? (stuck.examines ?? deviceOver(kernel, mount.source) ?? silentOn) : null;
}

/** A child that was overdue is at work: the volume is slow, and answers. */
export function hearSign({ memory: { probe } }: Berth): void {
  probe.silent = false;
  probe.failures = 0;
  probe.silentOn = null;
}

function deviceOver(kernel: Kernel, path: string | null): string | null {
  try {
    return path === null ? null : kernel.deviceOver(path);
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}

function takeSource(kernel: Kernel, berth: Berth, pid: number, source: SourceFound, volume: VolumeFindings): void {
  const { memory } = berth;
  const known = memory.expected !== null && sameDirectory(memory.expected, source.identity);
  if (known && (memory.anchored || memory.sourceHeld)) return;
  const fd = kernel.take(pid, source.fd);
  if (heldIf(kernel, fd, source.identity) === null) return;
  if (!known) {
    holdAnchor(kernel, berth, null);
    // What was seen on top is not what belongs there any more, if a new configuration asks before the next pass.
    berth.attached = false;
  }
  holdSource(kernel, berth, fd);
  memory.expected = { ...source.identity, uuid: volume.identity.uuid };
}

/** What `fd` is the root of, or null, and then it is closed, when that is another directory. */
function heldIf(kernel: Kernel, fd: number, identity: Identity): Held | null {
  try {
    const held = kernel.identify(fd);
    if (sameDirectory(held, identity)) return held;
  } catch (error) {
    kernel.close(fd);
    throw error;
  }
  kernel.close(fd);
  return null;
}

/**
 * The volume was reached through the target. It becomes what we expect there when the target is only watched, or when
 * the source cannot be seen but the bare directory's record names this very volume: an earlier life of ours mounted it.
 * A clone of it pins its numbers from now on.
 */
function recognise(kernel: Kernel, berth: Berth, { identity }: VolumeFindings): void {
  const { mount, memory, parent } = berth;
  if (memory.expected !== null || parent === null) return;
  const recorded = memory.record?.uuid ?? null;
  if (mount.source !== null && (identity.uuid === null || identity.uuid !== recorded)) return;
  const anchor = cloneOf(kernel, parent, identity);
  if (anchor === null) return;
  holdAnchor(kernel, berth, anchor);
  memory.expected = identity;
}

/** Null when that directory is not on top any more, or cannot be cloned: the next report tells again. */
function cloneOf(kernel: Kernel, parent: Parent, identity: Identity): Anchor | null {
  try {
    const tree = kernel.cloneTop(parent);
    const held = heldIf(kernel, tree, identity);
    return held && { tree, ...held };
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}
