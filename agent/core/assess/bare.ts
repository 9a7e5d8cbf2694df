import type { Facts } from "../facts.ts";
import type { Check } from "./assess.ts";
import { stateOfProblem } from "./problem.ts";

const isBare = ({ observed: { top } }: Facts): boolean => top.kind === "bare" || top.kind === "missing";

const givenUpOnPurpose: Check = (facts) =>
  isBare(facts) && facts.memory.releasing
    ? { state: "Absent", reason: "Released", message: `released; ${facts.mount.target} is a locked bare directory` }
    : null;

const attachingFails: Check = (facts) => {
  const { heal, attach, secure } = facts.memory.failures;
  const failure = heal ?? attach ?? secure;
  return isBare(facts) && failure ? { state: "Broken", reason: "AttachFailed", message: failure.message } : null;
};

const aboutToBeAttached: Check = (facts) =>
  isBare(facts) && (facts.memory.anchored || facts.memory.sourceHeld)
    ? { state: "Absent", reason: "NotMounted", message: `nothing is mounted on ${facts.mount.target}` }
    : null;

const sourceDoesNotAnswer: Check = (facts) =>
  isBare(facts) && facts.memory.probe.silent
    ? {
        state: "Hung",
        reason: "ProbeTimeout",
        message: `${facts.mount.source ?? facts.mount.target} does not answer; nothing is attached until it does`,
      }
    : null;

const sourceIsNotUsable: Check = (facts) => {
  const { report } = facts.memory.probe;
  if (!isBare(facts) || !report) return null;
  if (report.source?.ok === false) return { state: "Absent", ...report.source.problem };
  const problem = report.volume?.problem;
  return problem ? { state: stateOfProblem(problem), ...problem } : null;
};

const neverSeenAndOnlyWatched: Check = (facts) =>
  isBare(facts) && facts.mount.source === null
    ? {
        state: "Absent",
        reason: "SourceUnknown",
        message: `nothing is mounted on ${facts.mount.target}, which is only watched: mount it, or configure its source`,
      }
    : null;

/** Nothing is mounted at the target. */
export const atBareTarget: readonly Check[] = [
  givenUpOnPurpose,
  attachingFails,
  aboutToBeAttached,
  sourceDoesNotAnswer,
  sourceIsNotUsable,
  neverSeenAndOnlyWatched,
];
