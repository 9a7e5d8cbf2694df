import { delayAfter } from "./backoff.ts";
import type { Config } from "./config/config.ts";
import { type Facts, rightOnTop } from "./facts.ts";
import type { RescueMemory } from "./memory.ts";
import { nothingLeft, type Rescued, sayLeft } from "./rescue.ts";

/** Files lie hidden below the mount, and there is a volume that can take them. */
export function rescueIsDue(facts: Facts, { rescue }: Pick<Config, "rescue">): boolean {
  const { mount, memory, observed, now } = facts;
  const { probe } = memory;
  const isWanted = rescue === "move" && mount.source !== null && !mount.options.includes("ro") && !memory.releasing;
  const isIdle = !memory.rescue.asked && now >= memory.rescue.retryAt;
  const isSafe = observed.parent.kind === "usable" && observed.lock.kind === "held" && rightOnTop(facts) !== null;
  const isUsable = probe.verified && !probe.silent && probe.report?.volume?.remark?.reason !== "NoSpaceLeft";
  return isWanted && isIdle && isSafe && isUsable && (observed.bare?.shadowed ?? 0) > 0;
}

/** A rescue that moved nothing is tried again after the time between two probes, then ever later, up to this many times that. */
const LONGEST = 10;

/** What is remembered after a rescue, which `did` null when it gave no answer or may not have done anything. */
export function afterRescue(
  before: RescueMemory,
  did: Rescued | null,
  now: number,
  { intervalMs }: Pick<Config["monitor"], "intervalMs">,
): RescueMemory {
  const last = worthTelling(before.last, did);
  if (did?.more && did.files > 0) return { asked: false, attempts: 0, retryAt: now, last };
  const attempts = did !== null && did.files > 0 ? 1 : before.attempts + 1;
  const backoff = { minMs: intervalMs, maxMs: LONGEST * intervalMs };
  return { asked: false, attempts, retryAt: now + delayAfter(backoff, attempts), last };
}

/** What was moved is told until more is, though another rescue, asked for while nobody knew of the first, found nothing. */
function worthTelling(before: Rescued | null, did: Rescued | null): Rescued | null {
  if (did === null || before === null) return did ?? before;
  const foundNothing = did.files === 0 && sayLeft(did.left) === "";
  return foundNothing ? { ...before, left: nothingLeft, example: null, more: false } : did;
}
