import { parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { mountsAt } from "../../../agent/core/mountinfo/stack.ts";
import type { MountDetails } from "../../../agent/core/observed.ts";
import { describeByStatmount, describeByTable } from "../../../agent/kernel/describe.ts";
import { AT_FDCWD } from "../../../agent/kernel/open.ts";
import { readFile } from "../../../agent/kernel/read.ts";
import { statmount } from "../../../agent/kernel/statmount.ts";
import { statx } from "../../../agent/kernel/statx.ts";

export interface Descriptions {
  mountPoint: string;
  tableIds: { fromStatx: number; fromStatmount: number; fromTable: number };
  parentIds: { fromStatmount: number | null; fromTable: number };
  peerGroups: { fromStatmount: number; fromTable: number };
  /** Each way of asking; the ids left out, which differ by nature. */
  details: Record<"statmount" | "statmountWithoutNames" | "table", Omit<MountDetails, "id" | "parentId"> | null>;
  options: Record<"statmount" | "table", readonly string[]>;
  hasMountsInside: Record<"statmount" | "table", boolean>;
}

/** Describes what is on top at every mount point, in every way there is. Runs inside a machine. */
export const describeEverything = (): Descriptions[] => {
  const table = parseMountinfo(readFile("/proc/self/mountinfo", 1 << 26));
  const tops = table.filter(({ id, mountPoint }) => mountsAt(table, mountPoint).at(-1)?.id === id);
  const tableIdOf = new Map(tops.map(({ id, mountPoint }) => [statx(AT_FDCWD, mountPoint).mountId, id]));
  return tops.map(({ id, parentId, mountPoint, shared }) => {
    const reused = statx(AT_FDCWD, mountPoint, "reused").mountId;
    const unique = statx(AT_FDCWD, mountPoint, "unique").mountId;
    const found = statmount(unique);
    return {
      mountPoint,
      tableIds: { fromStatx: Number(reused), fromStatmount: found.tableId, fromTable: id },
      parentIds: { fromStatmount: tableIdOf.get(found.parentId) ?? null, fromTable: parentId },
      peerGroups: { fromStatmount: found.peerGroup, fromTable: shared ?? 0 },
      details: {
        statmount: withoutIds(describeByStatmount(true).all(unique)),
        statmountWithoutNames: withoutIds(describeByStatmount(false).all(unique)),
        table: withoutIds(describeByTable.all(reused)),
      },
      options: {
        statmount: describeByStatmount(true).numbers(unique)?.options ?? [],
        table: describeByTable.numbers(reused)?.options ?? [],
      },
      hasMountsInside: {
        statmount: describeByStatmount(true).hasMountsInside(unique),
        table: describeByTable.hasMountsInside(reused),
      },
    };
  });
};

const withoutIds = (details: MountDetails | null): Omit<MountDetails, "id" | "parentId"> | null => {
  if (!details) return null;
  const { id: _, parentId: __, ...rest } = details;
  return rest;
};
