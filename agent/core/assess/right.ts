import { type Facts, rightOnTop, strayedOptions } from "../facts.ts";
import { sayLeft } from "../rescue.ts";
import type { Check, Verdict } from "./assess.ts";
import { stateOfProblem } from "./problem.ts";

/** Checks in this list only speak about the right mount on top. */
const whenRight =
  (check: Check): Check =>
  (facts) =>
    rightOnTop(facts) ? check(facts) : null;

const findings = (facts: Facts) => facts.memory.probe.report?.volume ?? null;

const mountTurnedReadOnly: Check = (facts) => {
  const top = rightOnTop(facts);
  return top && strayedOptions(facts, top).clear.includes("ro")
    ? { state: "ReadOnly", reason: "MountReadOnly", message: `${facts.mount.target} was remounted read-only` }
    : null;
};

const volumeIsSilent: Check = ({ mount, memory: { probe }, failuresUntilHung }) =>
  probe.silent && (probe.failures >= failuresUntilHung || !probe.verified)
    ? {
        state: "Hung",
        reason: "ProbeTimeout",
        message: `the volume behind ${mount.target} has not answered ${probe.failures} probes in a row`,
      }
    : null;

const volumeHasAProblem: Check = (facts) => {
  const problem = findings(facts)?.problem;
  return problem ? { state: stateOfProblem(problem), ...problem } : null;
};

const notExaminedYet: Check = ({ memory: { probe } }) =>
  probe.verified
    ? null
    : { state: "Unknown", reason: "NotYetVerified", message: "mounted; the volume has not been examined yet" };

const volumeIsSlow: Check = ({ memory: { probe }, mount }) =>
  probe.silent
    ? {
        state: "Degraded",
        reason: "ProbeSlow",
        message: `the volume behind ${mount.target} answers late; it counts as hung after more failures`,
      }
    : null;

const degraded = (reason: Verdict["reason"], message: string): Verdict => ({ state: "Degraded", reason, message });

const somethingIsAmiss: Check = (facts) => {
  const remark = findings(facts)?.remark;
  return remark ? { state: "Degraded", ...remark } : null;
};

/** Full, whatever minFree asks for. What is read-only needs no room; some file systems do not know their size. */
const nothingIsLeft: Check = (facts) => {
  const space = findings(facts)?.space;
  if (!space || rightOnTop(facts)?.options.includes("ro")) return null;
  const way = `left on ${facts.mount.target}; delete files or grow the claim`;
  if (space.sizeBytes > 0 && space.availBytes === 0) return degraded("NoSpaceLeft", `no space ${way}`);
  return space.files > 0 && space.filesFree === 0 ? degraded("NoSpaceLeft", `no inodes ${way}`) : null;
};

const spaceIsShort: Check = (facts) => {
  const space = findings(facts)?.space;
  const { minFree, target } = facts.mount;
  if (!space) return null;
  if (space.availBytes < minFree.bytes)
    return degraded("BytesLow", `${space.availBytes} bytes left on ${target}, below minFree.bytes ${minFree.bytes}`);
  if (space.files > 0 && space.filesFree < minFree.inodes)
    return degraded("InodesLow", `${space.filesFree} inodes left on ${target}, below minFree.inodes ${minFree.inodes}`);
  return null;
};

const filesAreShadowed: Check = ({ mount, memory: { rescue }, observed: { bare } }) => {
  if (!bare || bare.shadowed === 0) return null;
  const left = rescue.last === null ? "" : sayLeft(rescue.last.left);
  const why = left === "" ? "" : `: ${left}; for one, ${rescue.last?.example}`;
  const entries = bare.shadowed === 1 ? "1 entry lies" : `${bare.shadowed} entries lie`;
  return degraded("ShadowedFiles", `${entries} hidden in the bare directory under ${mount.target}${why}`);
};

const mountsAreStacked: Check = ({ mount, observed: { stack } }) =>
  stack.length > 1 ? degraded("Stacked", `${stack.length} mounts are stacked on ${mount.target}`) : null;

const sourceHasGone: Check = ({ mount, memory: { probe } }) =>
  probe.report?.source?.ok === false
    ? degraded("SourceGone", `${mount.target} serves, but its source is gone: ${probe.report.source.problem.message}`)
    : null;

const allIsWell: Check = () => ({ state: "Healthy", reason: "Verified", message: "attached and verified" });

/** The right mount is on top: now the volume behind it decides. */
export const atRightMount: readonly Check[] = [
  mountTurnedReadOnly,
  volumeIsSilent,
  volumeHasAProblem,
  notExaminedYet,
  volumeIsSlow,
  somethingIsAmiss,
  nothingIsLeft,
  spaceIsShort,
  filesAreShadowed,
  mountsAreStacked,
  sourceHasGone,
  allIsWell,
].map(whenRight);
