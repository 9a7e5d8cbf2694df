import type { MountEntry } from "../mountinfo/parse.ts";
import type { MountedRecord } from "../observed.ts";
import { count } from "../say.ts";
import type { Finding } from "./finding.ts";
import type { Orphan, Site } from "./site.ts";

/** One named question about a target: what is wrong with it, or null. */
type Check = (site: Site) => Omit<Finding, "mount"> | null;

const parentMissing: Check = ({ mount, parent }) =>
  parent === null
    ? {
        reason: "ParentMissing",
        message: `the directory above ${mount.target} is not there: mount it into this container`,
      }
    : null;

const notShared: Check = ({ mount, parent }) =>
  mount.source !== null && parent?.shared === null
    ? {
        reason: "NotShared",
        message: `${parent.mountPoint} is not shared, so nobody else sees what is mounted there: give the volume mountPropagation: Bidirectional, or run mount --make-rshared on the host`,
      }
    : null;

const notMounted: Check = ({ mount, parent, stack }) =>
  parent !== null && stack.length === 0
    ? {
        reason: "NotMounted",
        message: `nothing is mounted at ${mount.target}: mooring status tells why, once an agent runs`,
      }
    : null;

const stale: Check = ({ mount, stack }) =>
  stack.at(-1)?.root.endsWith("//deleted")
    ? {
        reason: "StaleMount",
        message: `what is mounted at ${mount.target} was deleted (${stack.at(-1)?.root}): mount the claim anew, the agent replaces it`,
      }
    : null;

const foreign: Check = ({ mount, stack, bare }) => {
  const top = stack.at(-1);
  const known = bare?.record?.mounted;
  if (!top || !known || known.length === 0 || known.some((each) => isRecorded(top, each))) return null;
  return {
    reason: "ForeignMount",
    message: `${describe(top)} is mounted at ${mount.target}, which is not what Mooring put there: unmount it, or set onForeign: replace`,
  };
};

const stacked: Check = ({ mount, stack }) =>
  stack.length > 1
    ? {
        reason: "Stacked",
        message: `${stack.length} mounts lie at ${mount.target}, from the bottom: ${stack.map(describe).join("; ")}`,
      }
    : null;

const readOnly: Check = ({ mount, stack }) => {
  const top = stack.at(-1);
  if (top?.superOptions.includes("emergency_ro"))
    return {
      reason: "FileSystemReadOnly",
      message: `the file system at ${mount.target} went read-only after an error: check it (dmesg, fsck), then mount it anew`,
    };
  if (!top?.options.includes("ro") || mount.options.includes("ro") || mount.source === null) return null;
  if (top.superOptions.includes("ro")) return null;
  return {
    reason: "MountReadOnly",
    message: `${mount.target} is mounted read-only, which nobody configured: a running agent puts that right`,
  };
};

const unlocked: Check = ({ mount, bare }) =>
  mount.source !== null && bare !== null && !bare.sealed
    ? {
        reason: "BareDirectoryUnlocked",
        message: `the directory under ${mount.target} is not locked (mode 0000, immutable): while nothing is mounted, files land there; a running agent locks it`,
      }
    : null;

const shadowed: Check = ({ mount, bare }) =>
  bare !== null && bare.entries > 0
    ? {
        reason: "ShadowedFiles",
        message: `${count(bare.entries, "entry is", "entries are")} hidden under ${mount.target}, written while nothing was mounted there: rescue: move brings them into the volume`,
      }
    : null;

/** In this order they are told; the list is what is looked for. */
const checks: readonly Check[] = [
  parentMissing,
  notShared,
  notMounted,
  stale,
  foreign,
  stacked,
  readOnly,
  unlocked,
  shadowed,
];

/** What is wrong with a configured target on this node, as its mount table and its bare directory show it. */
export const examine = (site: Site): Finding[] =>
  checks.flatMap((check) => {
    const found = check(site);
    return found === null ? [] : [{ mount: site.mount.name, ...found }];
  });

/** Mounts that Mooring made and that no configuration names. */
export const examineOrphans = (orphans: readonly Orphan[]): Finding[] =>
  orphans.map(({ target, instance }) => ({
    mount: null,
    reason: "Orphan",
    message: `${target} was mounted by the instance ${instance} and is in no mounts of this configuration: an agent of that instance releases it; if there is none any more, name it in a configuration and run mooring release`,
  }));

const isRecorded = (entry: MountEntry, { superDevice, fsType, source, root }: MountedRecord): boolean =>
  entry.device === superDevice &&
  entry.fsType === fsType &&
  entry.source === source &&
  entry.root.replace(/\/\/deleted$/, "") === root;

const describe = ({ fsType, source, root }: MountEntry): string =>
  `${fsType} ${source}${root === "/" ? "" : ` (${root})`}`;
