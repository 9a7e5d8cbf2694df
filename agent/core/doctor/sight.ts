import type { MountEntry } from "../mountinfo/parse.ts";
import { mountsAt } from "../mountinfo/stack.ts";
import type { MountedRecord } from "../observed.ts";
import { nodeDirectories } from "../report/reach.ts";
import { bareRootOf, below, isWithin, join, type Site } from "./site.ts";

/** What somebody finds where a mount should be: the volume, another one (replaced since, or deleted), the bare directory. */
export type Sight = "volume" | "other" | "bare";

export interface View {
  sight: Sight;
  /** Where, in that mount namespace. */
  at: string;
}

/** What the processes of one mount namespace see of a mount, wherever they see it; `entries` is the namespace's table. */
export const viewsOf = (entries: readonly MountEntry[], site: Site): View[] =>
  entries.flatMap((entry): View[] => {
    const view = viewThrough(entry, entries, site);
    // What another mount covers nobody sees.
    return view !== null && mountsAt(entries, entry.mountPoint).at(-1) === entry ? [view] : [];
  });

const viewThrough = (entry: MountEntry, entries: readonly MountEntry[], site: Site): View | null => {
  const [current, ...earlier] = knownVolumes(site);
  const at = entry.mountPoint;
  if (current && isOf(entry, current)) return { sight: entry.root.endsWith(DELETED) ? "other" : "volume", at };
  if (earlier.some((known) => isOf(entry, known))) return { sight: "other", at };
  return throughTheParent(entry, entries, site);
};

/** The volume that belongs there, then those that it took the place of, as the record says; without one, what lies there. */
const knownVolumes = ({ stack, bare }: Site): MountedRecord[] => {
  const recorded = bare?.record?.mounted ?? [];
  return recorded.length > 0 ? recorded : stack.slice(-1).map(recordOf);
};

const recordOf = ({ device, fsType, source, root }: MountEntry): MountedRecord => ({
  superDevice: device,
  fsType,
  source,
  root,
});

const DELETED = "//deleted";

/** It shows that volume or a directory of it. A device number alone may be another file system's by now. */
const isOf = (entry: MountEntry, { superDevice, fsType, source, root }: MountedRecord): boolean =>
  entry.device === superDevice &&
  entry.fsType === fsType &&
  entry.source === source &&
  isWithin(entry.root.endsWith(DELETED) ? entry.root.slice(0, -DELETED.length) || "/" : entry.root, root);

/** The bare directory itself is shown, or a directory above it, and what is mounted there is not what the node has there. */
const throughTheParent = (entry: MountEntry, entries: readonly MountEntry[], site: Site): View | null => {
  const bare = bareRootOf(site);
  if (bare === null || site.parent?.device !== entry.device) return null;
  if (isWithin(entry.root, bare)) return { sight: "bare", at: entry.mountPoint };
  if (!isWithin(bare, entry.root)) return null;
  const rest = below(bare, entry.root);
  const shown = site.mount.hostPath.slice(0, -rest.length) || "/";
  // Shown to watch the node, as a node exporter does: no consumer.
  if (nodeDirectories.has(shown) && entry.mountPoint !== shown) return null;
  const at = join(entry.mountPoint, rest);
  if (isHidden(entries, entry, at)) return null;
  const there = mountsAt(entries, at).at(-1);
  if (there === undefined) return { sight: "bare", at };
  const known = [...knownVolumes(site), ...site.stack.slice(-1).map(recordOf)];
  return known.some((each) => isOf(there, each)) ? null : { sight: "other", at };
};

/** Something is mounted on the way from the entry's own mount point to the path. */
const isHidden = (entries: readonly MountEntry[], { mountPoint }: MountEntry, path: string): boolean =>
  entries.some(
    (other) =>
      other.mountPoint !== mountPoint &&
      other.mountPoint !== path &&
      isWithin(other.mountPoint, mountPoint) &&
      isWithin(path, other.mountPoint),
  );
