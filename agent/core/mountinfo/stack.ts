import type { MountEntry } from "./parse.ts";

/**
 * The mounts stacked at a path as a path lookup meets them, bottom to top; empty when the path is no mount point. The
 * order follows the parent links: MOVE_MOUNT_BENEATH and propagation put mounts under others that stand above them in
 * the table. Mounts at the same path that another mount on the way there has hidden are left out.
 */
export const mountsAt = (entries: readonly MountEntry[], path: string): MountEntry[] => {
  const ids = new Set(entries.map((entry) => entry.id));
  const onTheWay = entries.filter((entry) => isAtOrBelow(path, entry.mountPoint));
  const childrenOf = new Map<number, MountEntry[]>();
  for (const entry of onTheWay) {
    const atTheTop = entry.parentId === entry.id || !ids.has(entry.parentId);
    const parent = atTheTop ? outsideOfTheTable : entry.parentId;
    const siblings = childrenOf.get(parent);
    if (siblings) siblings.push(entry);
    else childrenOf.set(parent, [entry]);
  }
  const stack: MountEntry[] = [];
  let current: number = outsideOfTheTable;
  for (let step = 0; step < onTheWay.length; step += 1) {
    const next = firstMet(childrenOf.get(current));
    if (!next) break;
    if (next.mountPoint === path) stack.push(next);
    current = next.id;
  }
  return stack;
};

/** Every mount strictly below a path, in the order of the table, hidden ones included. */
export const mountsBelow = (entries: readonly MountEntry[], mountPoint: string): MountEntry[] =>
  entries.filter((entry) => entry.mountPoint !== mountPoint && isAtOrBelow(entry.mountPoint, mountPoint));

const outsideOfTheTable = -1;

/** Of the mounts on one parent that lie on the way, a lookup enters the one with the shortest path. */
const firstMet = (siblings: MountEntry[] | undefined): MountEntry | undefined =>
  siblings?.reduce((first, entry) => (entry.mountPoint.length < first.mountPoint.length ? entry : first));

const isAtOrBelow = (path: string, ancestor: string): boolean =>
  path.startsWith(ancestor) && (path.length === ancestor.length || ancestor === "/" || path[ancestor.length] === "/");
