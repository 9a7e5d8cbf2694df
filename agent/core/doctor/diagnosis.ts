import type { MountEntry } from "../mountinfo/parse.ts";
import { count } from "../say.ts";
import { examine, examineOrphans } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { type Sight, viewsOf } from "./sight.ts";
import type { Orphan, Site } from "./site.ts";

/** Somebody whose mount table was read. */
export interface Witness {
  pid: number;
  command: string;
  pod: string | null;
  entries: readonly MountEntry[];
}

export interface Diagnosis {
  mounts: MountDiagnosis[];
  findings: Finding[];
}

export interface MountDiagnosis {
  name: string;
  target: string;
  /** What is mounted there, top first, as the kernel calls it. */
  stack: { fsType: string; source: string; root: string; options: readonly string[] }[];
  bareDirectory: "locked" | "unlocked" | "missing" | "unseen";
  seenBy: (Omit<Witness, "entries"> & { sight: Sight; at: string })[];
}

/** Everything that is known about the targets of this node, and what of it is wrong. */
export const diagnose = (
  sites: readonly Site[],
  orphans: readonly Orphan[],
  witnesses: readonly Witness[],
): Diagnosis => {
  const mounts = sites.map((site) => diagnoseOne(site, witnesses));
  const own = sites.flatMap(examine);
  const others = mounts.flatMap(({ name, target, seenBy }) => seenBy.flatMap((seen) => complaint(name, target, seen)));
  return { mounts, findings: [...own, ...others, ...examineOrphans(orphans)] };
};

const diagnoseOne = (site: Site, witnesses: readonly Witness[]): MountDiagnosis => ({
  name: site.mount.name,
  target: site.mount.target,
  stack: site.stack.toReversed().map(({ fsType, source, root, options }) => ({ fsType, source, root, options })),
  bareDirectory: bareStateOf(site),
  seenBy: witnesses.flatMap(({ entries, ...who }) => viewsOf(entries, site).map((view) => ({ ...who, ...view }))),
});

const bareStateOf = ({ bare, unseen }: Site): MountDiagnosis["bareDirectory"] => {
  if (unseen !== null) return "unseen";
  if (bare === null) return "missing";
  return bare.sealed ? "locked" : "unlocked";
};

const complaint = (mount: string, target: string, seen: MountDiagnosis["seenBy"][number]): Finding[] => {
  const who = `${seen.command} (pid ${seen.pid}${seen.pod === null ? "" : `, pod ${seen.pod}`})`;
  switch (seen.sight) {
    case "volume":
      return [];
    case "other":
      return [
        {
          mount,
          reason: "SeesAnotherVolume",
          message: `${who} has another volume at ${seen.at} than the one at ${target}: restart it`,
        },
      ];
    case "bare":
      return [
        {
          mount,
          reason: "SeesBareDirectory",
          message: `${who} sees the bare directory at ${seen.at}, not the volume: restart it, and mount the parent with mountPropagation: HostToContainer`,
        },
      ];
  }
};

/** `no findings: 2 mounts, 14 mount namespaces`. */
export const verdictOf = ({ mounts, findings }: Diagnosis, witnesses: number): string =>
  `${findings.length === 0 ? "no findings" : count(findings.length, "finding")}: ${count(mounts.length, "mount")}, ${count(witnesses, "other mount namespace")}`;
