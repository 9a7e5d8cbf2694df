import type { Reason, State } from "../condition.ts";
import type { Facts } from "../facts.ts";
import { atBareTarget } from "./bare.ts";
import { atForeignMount } from "./foreign.ts";
import { atRightMount } from "./right.ts";
import { beforeAnything } from "./surroundings.ts";

/** A state with its reason; `message` is one sentence for people. */
export interface Verdict {
  state: State;
  reason: Reason;
  message: string;
}

/** One named check: its verdict, or null when it has nothing to say. */
export type Check = (facts: Facts) => Verdict | null;

/** The order is the specification: the first check with something to say decides. */
const checks: readonly Check[] = [...beforeAnything, ...atBareTarget, ...atForeignMount, ...atRightMount];

/** Says what state a mount is in. Pure; Unknown when nothing is certain. */
export function assess(facts: Facts): Verdict {
  for (const check of checks) {
    const verdict = check(facts);
    if (verdict) return verdict;
  }
  return { state: "Unknown", reason: "NotYetVerified", message: "the volume has not been examined yet" };
}
