import type { Check } from "./assess.ts";

const anotherAgentHoldsIt: Check = ({ mount, observed: { lock } }) =>
  lock.kind === "other"
    ? {
        state: "Waiting",
        reason: "HeldByAnotherAgent",
        message: `${mount.target} is held by ${lock.holder}; one agent per target, so this one does nothing`,
      }
    : null;

const parentIsInTrouble: Check = ({ observed: { parent } }) =>
  parent.kind === "trouble" ? { state: "Broken", reason: parent.reason, message: parent.message } : null;

const targetIsNoDirectory: Check = ({ mount, observed: { top } }) =>
  top.kind === "unusable"
    ? {
        state: "Broken",
        reason: "TargetUnusable",
        message: `${mount.target} is ${top.what}; move it away, a directory is made in its place`,
      }
    : null;

/** What makes looking at the target itself pointless. */
export const beforeAnything: readonly Check[] = [anotherAgentHoldsIt, parentIsInTrouble, targetIsNoDirectory];
