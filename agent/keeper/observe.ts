import { isAttached, sameMounted } from "../core/facts.ts";
import { sameDirectory, sameMount } from "../core/identity.ts";
import type { MountDetails, MountedRecord, Observed, Top } from "../core/observed.ts";
import { KernelError } from "../kernel/error.ts";
import { type Berth, dropLock } from "./berth.ts";
import { explain } from "./explain.ts";
import type { Kernel } from "./port.ts";
import { reachParent } from "./reach.ts";

/** `quick` looks at the target only; `full` also at what sends no events: the parent, its sharing, the bare directory. */
export type Depth = "quick" | "full";

const nothing: Omit<Observed, "parent" | "lock"> = {
  top: { kind: "missing" },
  details: null,
  stack: [],
  attachedBelow: false,
  rightBelow: false,
  rightNext: false,
  oursBelow: false,
  bare: null,
};

/** Looks at one target without touching the volume. What cannot be looked at is trouble, not an exception. */
export function observe(kernel: Kernel, berth: Berth, depth: Depth): Observed {
  try {
    return lookAt(kernel, berth, depth);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const message = `${berth.mount.target} cannot be looked at: ${explain(error)}`;
    return { ...nothing, parent: { kind: "trouble", reason: "ParentMissing", message }, lock: berth.lock };
  }
}

function lookAt(kernel: Kernel, berth: Berth, asked: Depth): Observed {
  // What was found amiss before is looked at again even when only the mount table changed.
  const depth = berth.parent === null || berth.parentInTrouble ? "full" : asked;
  const parent = reachParent(kernel, berth, depth);
  berth.parentInTrouble = parent.kind === "trouble";
  if (parent.kind === "trouble" || !berth.parent) return { ...nothing, parent, lock: berth.lock, bare: berth.bareView };
  const top = kernel.look(berth.parent);
  checkLock(kernel, berth, top, depth);
  const { details, stack } = describeTop(kernel, berth, top, depth);
  return { parent, lock: berth.lock, top, details, stack, ...below(kernel, berth, stack), bare: berth.bareView };
}

/** The lock counts only while the locked directory is the one at the target. */
function checkLock(kernel: Kernel, berth: Berth, top: Top, depth: Depth): void {
  if (!berth.bare || !berth.bareDirectory) return;
  if (top.kind === "missing" || !isStillAtTarget(kernel, berth, berth.bareDirectory, top, depth)) {
    dropLock(kernel, berth);
    return;
  }
  if (depth === "full") {
    const state = kernel.inspectBare(berth.bare);
    if (state.removed) dropLock(kernel, berth);
    else if (berth.bareView) berth.bareView = { ...berth.bareView, locked: state.sealed, shadowed: state.entries };
  } else if (top.kind === "bare" && berth.bareView) {
    berth.bareView = { ...berth.bareView, locked: top.locked };
  }
}

type Directory = NonNullable<Berth["bareDirectory"]>;

/**
 * Under a mount it takes a view to see which directory lies there: taken at a full look, and when a mount has appeared
 * that is not ours. The locked directory may have been moved away, and another agent may hold the new one.
 */
function isStillAtTarget(kernel: Kernel, berth: Berth, locked: Directory, top: Top, depth: Depth): boolean {
  if (top.kind === "bare") return sameDirectory(top, locked);
  if (top.kind !== "mount" || !berth.parent) return true;
  const isKnown = (berth.seen && sameMount(berth.seen.top, top)) || isAttached(berth.memory, top);
  if (depth === "quick" && isKnown) return true;
  const now = kernel.bareAt(berth.parent);
  return now !== null && sameDirectory(now, locked);
}

/** Asked again only when the top mount is another one, has other options, or at a full look. */
function describeTop(kernel: Kernel, berth: Berth, top: Top, depth: Depth): Pick<Observed, "details" | "stack"> {
  const { seen, parent } = berth;
  if (top.kind !== "mount" || !parent) {
    berth.seen = null;
    return { details: null, stack: [] };
  }
  const isSeen = seen !== null && sameMount(seen.top, top) && seen.top.options.join() === top.options.join();
  if (isSeen && depth === "quick") return seen;
  berth.seen = { top, details: kernel.describe(top.id), stack: kernel.stack(parent) };
  return berth.seen;
}

/**
 * By id when we attached it in this life; else by what the kernel calls it, compared with the verified source. Which
 * directory a covered mount shows cannot be asked, so before Linux 6.8 the id counts on a file system of ours only.
 */
function below(kernel: Kernel, { memory }: Berth, stack: bigint[]): Below {
  const { expected, attachedMount, record } = memory;
  const ours = [...(expected ? [expected] : []), ...(record?.mounted ?? [])];
  let [attachedBelow, rightBelow, rightNext, oursBelow] = [false, false, false, false];
  for (const id of stack.slice(1)) {
    const details = kernel.describe(id);
    const isOnOurs = ours.some(({ superDevice }) => superDevice === details?.superDevice);
    const isTheOne = id === attachedMount?.id && isOnOurs;
    if (isTheOne) attachedBelow = true;
    const isRight = expected !== null && isOneOf([expected], details);
    if (expected && (isTheOne || isRight)) rightBelow = true;
    if (isRight && id === stack[1]) rightNext = true;
    // Ours it is still when its directory has been deleted since.
    const recorded = details && { ...details, root: details.root.replace(/\/\/deleted$/, "") };
    if (rightBelow || isTheOne || isOneOf(record?.mounted ?? [], recorded)) oursBelow = true;
  }
  return { attachedBelow, rightBelow, rightNext, oursBelow };
}

type Below = Pick<Observed, "attachedBelow" | "rightBelow" | "rightNext" | "oursBelow">;

const isOneOf = (known: readonly MountedRecord[], details: MountDetails | null): boolean =>
  details !== null && known.some((each) => sameMounted(each, details));
