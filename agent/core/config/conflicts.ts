import type { Draft } from "./mount.ts";
import { ancestors } from "./path.ts";
import { type Place, quote } from "./problem.ts";

/** Reports what is wrong between mounts, and between them and the log file. */
export const reportConflicts = (drafts: readonly Draft[], log: { file: string | null; at: Place }): void => {
  const claims = (key: string, textOf: (draft: Draft) => string | null): Claim[] =>
    drafts.flatMap((draft) => {
      const text = textOf(draft);
      return text === null ? [] : [{ what: `${key} of ${draft.at.path}`, text, at: draft.at.key(key) }];
    });
  const targets = claims("target", ({ mount }) => mount.target);
  const sources = claims("source", ({ mount }) => mount.source);

  refuseEqual(
    claims("name", ({ mount }) => mount.name),
    "want each name once",
  );
  refuseEqual(targets, "want each target once");
  refuseWithin(targets, targets, "want targets apart from each other: a mount would hide the other or take it along");
  // Its marker, .mooring/volume.json, names one mount: the second would take the volume for a swapped one.
  refuseEqual(sources, "want each source once: a volume belongs to one mount");
  const apart = "want sources and targets apart from each other: a volume would appear inside of itself";
  refuseEqual([...sources, ...targets], apart, (a, b) => sources.includes(a) !== sources.includes(b));
  refuseWithin(targets, sources, apart);
  refuseWithin(sources, targets, apart);

  // Where both follow from targets, those have been told already.
  const own = claims("hostPath", ({ hostPath, mount }) => (hostPath === mount.target ? null : hostPath));
  const hostPaths = claims("hostPath", ({ hostPath, mount }) => hostPath ?? mount.target);
  const owned = new Set(own.map(({ what }) => what));
  const either: Relevant = (a, b) => owned.has(a.what) || owned.has(b.what);
  refuseEqual(hostPaths, "want each host path once", either);
  refuseWithin(hostPaths, hostPaths, "want host paths apart from each other, as the targets are", either);

  if (log.file === null) return;
  const file = [{ what: "log.file", text: log.file, at: log.at }];
  const elsewhere = "want the log outside of what is managed: writing it could hang with the volume";
  refuseEqual([...sources, ...targets, ...file], elsewhere, (a) => a.at === log.at);
  refuseWithin(file, [...sources, ...targets], elsewhere);
};

/** A path or name, and who has it: `target of mounts[1]`. */
interface Claim {
  what: string;
  text: string;
  at: Place;
}
/** Whether two claims may be in each other's way at all. */
type Relevant = (later: Claim, earlier: Claim) => boolean;

const refuseEqual = (claims: readonly Claim[], want: string, relevant: Relevant = () => true): void => {
  const firsts = new Map<string, Claim>();
  for (const claim of claims) {
    const first = firsts.get(claim.text);
    if (first === undefined) firsts.set(claim.text, claim);
    else if (relevant(claim, first)) claim.at.problem(`${quote(claim.text)} is also the ${first.what}; ${want}`);
  }
};

const refuseWithin = (
  inner: readonly Claim[],
  outer: readonly Claim[],
  want: string,
  relevant: Relevant = () => true,
): void => {
  const owners = new Map(outer.map((claim) => [claim.text, claim]));
  for (const claim of inner) {
    const above = ancestors(claim.text)
      .map((path) => owners.get(path))
      .find((owner) => owner !== undefined && relevant(claim, owner));
    if (above !== undefined) {
      claim.at.problem(`${quote(claim.text)} lies inside the ${above.what} (${quote(above.text)}); ${want}`);
    }
  }
};
