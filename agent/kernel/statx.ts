import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { syscall } from "./syscall.ts";

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;
const AT_STATX_DONT_SYNC = 0x4000;
const STATX_TYPE_MODE_NLINK_INO = 0x107;
const STATX_MNT_ID = 0x1000;
const STATX_MNT_ID_UNIQUE = 0x4000;
const STATX_ATTR_IMMUTABLE = 0x10;
const STATX_ATTR_MOUNT_ROOT = 0x2000;

export interface Stat {
  /** `major:minor` */
  device: string;
  inode: bigint;
  mode: number;
  nlink: number;
  /** Of the kind that was asked for; before Linux 6.8 always the one that mountinfo shows. */
  mountId: bigint;
  mountRoot: boolean;
  immutable: boolean;
}

/** Ids that are never used twice since boot (statmount wants those), or those that mountinfo shows. */
export type MountIds = "unique" | "reused";

const S_IFMT = 0o170000;
export const isDirectory = (mode: number): boolean => (mode & S_IFMT) === 0o040000;
export const isSymlink = (mode: number): boolean => (mode & S_IFMT) === 0o120000;
export const isRegular = (mode: number): boolean => (mode & S_IFMT) === 0o100000;

const block = allocate(256);
const name = new CString();

/**
 * statx(2) with cached attributes, never following a final link and never triggering an automount. It does not block
 * on a hung file system as long as the path ends at the root of a mount, or is empty and `dirfd` is such a root.
 * Linux 5.8 (STATX_MNT_ID, STATX_ATTR_MOUNT_ROOT).
 */
export function statx(dirfd: number, path: string, ids: MountIds = "unique"): Stat {
  const flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW | (path === "" ? AT_EMPTY_PATH : 0);
  const mask = STATX_TYPE_MODE_NLINK_INO | STATX_MNT_ID | (ids === "unique" ? STATX_MNT_ID_UNIQUE : 0);
  const address = name.set("statx", path);
  must("statx", path === "" ? `fd ${dirfd}` : path, syscall("statx", dirfd, address, flags, mask, block.address));
  const { view } = block;
  const attributes = view.getUint32(8, true);
  return {
    device: `${view.getUint32(136, true)}:${view.getUint32(140, true)}`,
    inode: view.getBigUint64(32, true),
    mode: view.getUint16(28, true),
    nlink: view.getUint32(16, true),
    mountId: view.getBigUint64(144, true),
    mountRoot: (attributes & STATX_ATTR_MOUNT_ROOT) !== 0,
    immutable: (attributes & STATX_ATTR_IMMUTABLE) !== 0,
  };
}

export interface Owner {
  uid: number;
  gid: number;
  mode: number;
}

const STATX_MODE_UID_GID = 0x1a;

/** statx(2) of an open file: its owner and mode. May block on a hung file system. */
export function ownerOf(fd: number): Owner {
  const answer = syscall("statx", fd, name.set("statx", ""), AT_EMPTY_PATH, STATX_MODE_UID_GID, block.address);
  must("statx", `fd ${fd}`, answer);
  const { view } = block;
  return { uid: view.getUint32(20, true), gid: view.getUint32(24, true), mode: view.getUint16(28, true) };
}
