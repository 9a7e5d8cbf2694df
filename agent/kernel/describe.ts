import { type MountOption, mountOptions } from "../core/config/config.ts";
import { parseMountinfo } from "../core/mountinfo/parse.ts";
import type { MountDetails } from "../core/observed.ts";
import { isErrno } from "./error.ts";
import { attributeOf } from "./mount.ts";
import { readFile } from "./read.ts";
import { hasMountsInside, statmount, statmountStrings } from "./statmount.ts";
import type { MountIds } from "./statx.ts";

/** Asks about single mounts, by the ids that statx(2) gives. */
export interface Describe {
  readonly ids: MountIds;
  /** Cheap: numbers only. Null when the mount is gone. */
  numbers(id: bigint): { parentId: bigint; options: MountOption[]; shared: boolean } | null;
  all(id: bigint): MountDetails | null;
  hasMountsInside(id: bigint): boolean;
}

const optionsOf = (attributes: number): MountOption[] =>
  mountOptions.filter((option) =>
    option === "noatime" ? (attributes & 0x70) === attributeOf.noatime : (attributes & attributeOf[option]) !== 0,
  );

function unlessGone<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (isErrno(error, "ENOENT", "EINVAL")) return null;
    throw error;
  }
}

/** Linux 6.8: statmount(2) and listmount(2), whatever the size of the mount table. */
export function describeByStatmount(strings: boolean): Describe {
  return {
    ids: "unique",
    numbers: (id) =>
      unlessGone(() => {
        const found = statmount(id);
        return { parentId: found.parentId, options: optionsOf(found.attributes), shared: found.peerGroup !== 0 };
      }),
    all: (id) =>
      unlessGone(() => {
        if (!strings) return fromTable(id, statmount(id));
        const found = statmountStrings(id);
        const { superDevice, root, fsType, source, superOptions, parentId } = found;
        const options = accessFirst(optionsOf(found.attributes));
        return {
          id,
          parentId,
          superDevice,
          root,
          fsType,
          source,
          options,
          superOptions,
          shared: found.peerGroup !== 0,
        };
      }),
    hasMountsInside,
  };
}

const accessFirst = (options: MountOption[]): string[] => (options.includes("ro") ? options : ["rw", ...options]);

const TABLE_LIMIT = 64 * 1024 * 1024;
/** The whole mount table of this process. */
export const readTable = () => parseMountinfo(readFile("/proc/self/mountinfo", TABLE_LIMIT));

function fromTable(id: bigint, known: { tableId: number; parentId: bigint }): MountDetails | null {
  const entry = readTable().find((candidate) => candidate.id === known.tableId);
  if (!entry) return null;
  const { device, root, fsType, source, superOptions } = entry;
  const options = accessFirst(mountOptions.filter((option) => entry.options.includes(option)));
  const shared = entry.shared !== null;
  return {
    id,
    parentId: known.parentId,
    superDevice: device,
    root,
    fsType,
    source,
    options,
    superOptions: superOptions.join(","),
    shared,
  };
}

/** Before Linux 6.8: the mount table, with the ids that it shows. */
export const describeByTable: Describe = {
  ids: "reused",
  numbers: (id) => {
    const entry = readTable().find((candidate) => BigInt(candidate.id) === id);
    if (!entry) return null;
    const options = mountOptions.filter((option) => entry.options.includes(option));
    return { parentId: BigInt(entry.parentId), options, shared: entry.shared !== null };
  },
  all: (id) => {
    const entry = readTable().find((candidate) => BigInt(candidate.id) === id);
    return entry ? fromTable(id, { tableId: entry.id, parentId: BigInt(entry.parentId) }) : null;
  },
  hasMountsInside: (id) => readTable().some((entry) => BigInt(entry.parentId) === id),
};
