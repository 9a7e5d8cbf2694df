import type { Action, ActionKind } from "./action.ts";
import {
  type Facts,
  isAttached,
  isStale,
  oursOnTop,
  rightOnTop,
  sameMounted,
  strayedOptions,
  wrongOnTop,
} from "./facts.ts";
import { isFuse } from "./fuse.ts";
import { sameDirectory } from "./identity.ts";
import type { Memory } from "./memory.ts";

/** One named rule: the next action for a mount, or null when it has nothing to do. */
type Rule = (facts: Facts) => Action | null;

const mayAct = ({ observed: { lock } }: Facts): boolean => lock.kind === "held" || lock.kind === "notNeeded";
/** A missing directory is made by securing it; that of a watched target is never made. */
const isBare = ({ observed: { top } }: Facts): boolean => top.kind === "bare";

/** A directory that was made anew, or could not be written to, may not say yet whose mount it is to bear. */
const isWrittenDown = ({ memory: { record, expected }, observed: { lock } }: Facts): boolean =>
  lock.kind === "notNeeded" ||
  expected === null ||
  (record?.mounted.some((one) => sameMounted(one, expected)) ?? false);

const isLost = (facts: Facts): boolean => isBare(facts) && facts.memory.anchored;

const secureTheBareDirectory: Rule = (facts) => {
  const { mount, memory } = facts;
  const { lock, bare, top } = facts.observed;
  if (lock.kind === "notNeeded") return null;
  const gone = top.kind === "missing";
  // A rescue takes the flag away for moments, and sets it again.
  const unsealed = bare === null || (bare.immutable && !bare.locked && !memory.rescue.asked);
  const unwritten = isLost(facts) && !isWrittenDown(facts);
  return lock.kind !== "held" || gone || unsealed || unwritten ? { kind: "secure", mount: mount.name } : null;
};

const healFromTheAnchor: Rule = (facts) =>
  isLost(facts) && mayAct(facts) && isWrittenDown(facts) ? { kind: "heal", mount: facts.mount.name } : null;

const attachTheSource: Rule = (facts) =>
  isBare(facts) && facts.memory.sourceHeld && mayAct(facts) ? { kind: "attach", mount: facts.mount.name } : null;

const removeWhatIsWrong: Rule = (facts) => {
  const top = wrongOnTop(facts);
  if (!top || !mayAct(facts)) return null;
  if (!isStale(facts, top) && facts.mount.onForeign !== "replace") return null;
  if (facts.observed.rightBelow) return { kind: "uncover", mount: facts.mount.name, top: top.id };
  const { expected, anchored, sourceHeld } = facts.memory;
  // The expected directory itself, deleted: what is held of it is as dead.
  const isExpected = expected !== null && sameDirectory(top, expected);
  return !isExpected && (sourceHeld || anchored) ? { kind: "replace", mount: facts.mount.name, top: top.id } : null;
};

/** Whoever bound our mount over itself loses only the copy: the same directory shows at every moment. */
const bringDownTheStack: Rule = (facts) => {
  const { mount, observed, memory } = facts;
  const top = rightOnTop(facts);
  const isSure = memory.probe.verified && !memory.probe.silent;
  if (!top || !observed.rightNext || !isSure || mount.source === null || !mayAct(facts)) return null;
  return { kind: "unstack", mount: facts.mount.name, top: top.id };
};

const restoreOptions: Rule = (facts) => {
  const top = rightOnTop(facts);
  if (!top || !mayAct(facts)) return null;
  const stray = strayedOptions(facts, top);
  if (stray.set.length + stray.clear.length === 0) return null;
  return { kind: "restoreOptions", mount: facts.mount.name, top: top.id, ...stray };
};

const keepAnAnchor: Rule = (facts) => {
  const top = rightOnTop(facts);
  const isNew = top !== null && (!facts.memory.anchored || !isAttached(facts.memory, top));
  return isNew && mayAct(facts) ? { kind: "anchor", mount: facts.mount.name, top: top.id } : null;
};

/**
 * Only what is known to hang, by the policy, and only ours: what the silent probe examines is the file system of our own
 * mount. After as many failures as make it Hung; a leaving agent cannot wait for those.
 */
const abortWhatHangs: Rule = (facts) => {
  const { mount, memory, observed, failuresUntilHung } = facts;
  const { probe, leaving } = memory;
  if (mount.onHang !== "abort" || !probe.silent || probe.aborted || !mayAct(facts)) return null;
  if (probe.failures < failuresUntilHung && !leaving) return null;
  const top = rightOnTop(facts) ?? oursOnTop(facts);
  const { details } = observed;
  if (!top || !details || !isFuse(details.fsType) || details.superDevice !== probe.silentOn) return null;
  return { kind: "abort", mount: mount.name, top: top.id };
};

const giveItUp: Rule = (facts) => {
  const top = oursOnTop(facts);
  return top && mayAct(facts) ? { kind: "detach", mount: facts.mount.name, top: top.id } : null;
};

/** A mount that was lost is put back before anything else is looked after. */
const rules: readonly Rule[] = [
  healFromTheAnchor,
  secureTheBareDirectory,
  attachTheSource,
  removeWhatIsWrong,
  bringDownTheStack,
  restoreOptions,
  keepAnAnchor,
  abortWhatHangs,
];
const rulesWhenReleasing: readonly Rule[] = [secureTheBareDirectory, abortWhatHangs, giveItUp];
/** The bare directory is left to whoever asked for the release: on uninstall it is removed, and must not come back. */
const rulesWhenReleased: readonly Rule[] = [giveItUp];

/** The next thing to do about one mount; null means that it is right, or that nothing may or can be done. */
export function plan(facts: Facts): Action | null {
  const { memory, observed } = facts;
  if (observed.parent.kind === "trouble" || observed.top.kind === "unusable") return null;
  for (const rule of rulesFor(memory)) {
    const action = rule(facts);
    if (action && !mustWait(facts, action)) return action;
  }
  return null;
}

const rulesFor = ({ releasing, released }: Memory): readonly Rule[] => {
  if (!releasing) return rules;
  return released ? rulesWhenReleased : rulesWhenReleasing;
};

/** Whether the anchor would be put back at once if the target were found bare at the next look. */
export function wouldHeal(facts: Facts): boolean {
  const top = { kind: "bare", device: "", inode: 0n, locked: true } as const;
  return plan({ ...facts, observed: { ...facts.observed, top } })?.kind === "heal";
}

function mustWait({ memory, now }: Facts, { kind }: Action): boolean {
  const failure = memory.failures[kind];
  return failure !== undefined && now < failure.retryAt;
}

const putsTheRightMountOnTop: readonly ActionKind[] = ["attach", "heal", "replace", "uncover"];

/**
 * The failures that still count after a pass that began at `startedAt`. What puts the right mount on top is forgotten
 * once it lies there; what had come due and was not tried is not wanted any more, and would wake the keeper for ever.
 */
export function remainingFailures(facts: Facts, startedAt: number): Memory["failures"] {
  const remaining = { ...facts.memory.failures };
  const isRight = rightOnTop(facts) !== null;
  for (const kind of Object.keys(remaining) as ActionKind[]) {
    const isDue = (remaining[kind]?.retryAt ?? 0) <= startedAt;
    if (isDue || (isRight && putsTheRightMountOnTop.includes(kind))) delete remaining[kind];
  }
  return remaining;
}

/** When the next failed action may be tried again, in monotonic milliseconds; Infinity when none waits. */
export const nextRetryAt = ({ failures }: Memory): number =>
  Math.min(Number.POSITIVE_INFINITY, ...Object.values(failures).map(({ retryAt }) => retryAt));
