import { type Facts, isStale, oursOnTop, wrongOnTop } from "../facts.ts";
import type { Check } from "./assess.ts";

const lyingOn = ({ mount, observed: { details } }: Facts): string =>
  `${details ? `${details.fsType} from ${details.source}` : "another mount"} lies on ${mount.target}`;

/** What is given up is not put right: nobody else's mount is replaced for it. */
const notOursToRelease: Check = (facts) => {
  const { observed, memory } = facts;
  if (!memory.releasing || observed.top.kind !== "mount" || oursOnTop(facts)) return null;
  const rest = observed.oursBelow ? "unmount it to have ours below it released" : "nothing of ours is mounted there";
  return { state: "Wrong", reason: "ForeignMount", message: `${lyingOn(facts)} and is not ours; ${rest}` };
};

const ourDirectoryWasDeleted: Check = (facts) =>
  facts.observed.top.kind === "mount" && facts.observed.top.deleted
    ? {
        state: "Broken",
        reason: "SourceDeleted",
        message: `the directory mounted on ${facts.mount.target} has been deleted; what was in it is lost`,
      }
    : null;

const ourOwnOldMount: Check = (facts) => {
  const top = wrongOnTop(facts);
  if (!top || !isStale(facts, top)) return null;
  const message =
    facts.memory.failures.replace?.message ?? `${facts.mount.target} still shows an earlier source; it is replaced`;
  return { state: "Wrong", reason: "StaleMount", message };
};

const somebodyElsesMount: Check = (facts) => {
  if (!wrongOnTop(facts)) return null;
  const way =
    facts.mount.onForeign === "replace"
      ? "it is replaced as onForeign says"
      : "unmount it, or set onForeign: replace for this mount";
  return { state: "Wrong", reason: "ForeignMount", message: `${lyingOn(facts)}; ${way}` };
};

const cannotBeCompared = ({ observed: { top }, memory: { expected } }: Facts): boolean =>
  top.kind === "mount" && expected === null;

const nothingAnswersToCompare: Check = (facts) =>
  cannotBeCompared(facts) && facts.memory.probe.silent
    ? { state: "Hung", reason: "ProbeTimeout", message: `the volume of ${facts.mount.target} does not answer` }
    : null;

const noSourceToCompare: Check = (facts) => {
  const { report } = facts.memory.probe;
  if (!cannotBeCompared(facts) || !report) return null;
  const problem = report.source?.ok === false ? report.source.problem : report.volume?.problem;
  if (!problem) return null;
  const message = `${facts.mount.target} is mounted, whether rightly cannot be told: ${problem.message}`;
  return { state: "Unknown", reason: problem.reason, message };
};

/** Something is mounted, but not what belongs there, or it cannot be told. */
export const atForeignMount: readonly Check[] = [
  notOursToRelease,
  ourDirectoryWasDeleted,
  ourOwnOldMount,
  somebodyElsesMount,
  nothingAnswersToCompare,
  noSourceToCompare,
];
