import type { MountOption } from "../core/config/config.ts";
import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { O_CLOEXEC } from "./open.ts";
import { syscall } from "./syscall.ts";

const AT_EMPTY_PATH = 0x1000;
const AT_NO_AUTOMOUNT = 0x800;
const AT_SYMLINK_NOFOLLOW = 0x100;
const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 0x04;
const MOVE_MOUNT_BENEATH = 0x200;
const MNT_DETACH = 2;
const MS_RDONLY = 0x1;
const MS_NOSUID = 0x2;
const MS_NODEV = 0x4;
const MS_NOEXEC = 0x8;
const MS_REMOUNT = 0x20;
const MS_NOATIME = 0x400;
const MS_BIND = 0x1000;
const MS_RELATIME = 1 << 21;
export const MS_PRIVATE = 1 << 18;
export const MS_SHARED = 1 << 20;

/** MOUNT_ATTR_* of mount_setattr(2) and statmount(2); the access time is an enumeration in bits 4-6, not a flag. */
export const attributeOf: Record<MountOption, number> = { ro: 1, nosuid: 2, nodev: 4, noexec: 8, noatime: 0x10 };
const ATTR_ATIME_MASK = 0x70;
const legacyFlagOf: Record<MountOption, number> = {
  ro: MS_RDONLY,
  nosuid: MS_NOSUID,
  nodev: MS_NODEV,
  noexec: MS_NOEXEC,
  noatime: MS_NOATIME,
};

const first = new CString();
const second = new CString();
const attributes = allocate(32);

/**
 * open_tree(2) with OPEN_TREE_CLONE: a detached copy of that one mount, as a descriptor that pins it until closed.
 * An empty path means `dirfd` itself. Linux 5.2.
 */
export function cloneTree(dirfd: number, path: string): number {
  const flags = OPEN_TREE_CLONE | O_CLOEXEC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW | (path === "" ? AT_EMPTY_PATH : 0);
  const what = path === "" ? `fd ${dirfd}` : path;
  return must("open_tree", what, syscall("open_tree", dirfd, first.set("open_tree", path), flags));
}

/**
 * move_mount(2): puts the mount behind `tree` on `name` in the directory `dirfd`, not following a link there. With
 * `beneath` (Linux 6.5) it goes under the mount that is on top; EINVAL when nothing is mounted there.
 */
export function moveMount(tree: number, dirfd: number, name: string, beneath = false): void {
  const flags = MOVE_MOUNT_F_EMPTY_PATH | (beneath ? MOVE_MOUNT_BENEATH : 0);
  const from = first.set("move_mount", "");
  must("move_mount", name, syscall("move_mount", tree, from, dirfd, second.set("move_mount", name), flags));
}

/**
 * mount_setattr(2) on the mount at `fd`: adds and takes away options, sets the propagation type where given; whatever
 * is not named stays as it is (a claim mounted noexec stays noexec). Linux 5.12.
 */
export function setAttributes(fd: number, change: AttributeChange): void {
  const set = bitsOf(change.set ?? []);
  const atime = change.set?.includes("noatime") || change.clear?.includes("noatime") ? ATTR_ATIME_MASK : 0;
  attributes.view.setBigUint64(0, BigInt(set), true);
  attributes.view.setBigUint64(8, BigInt(bitsOf(change.clear ?? []) | atime), true);
  attributes.view.setBigUint64(16, BigInt(change.propagation ?? 0), true);
  const path = first.set("mount_setattr", "");
  must("mount_setattr", `fd ${fd}`, syscall("mount_setattr", fd, path, AT_EMPTY_PATH, attributes.address, 32));
}

export interface AttributeChange {
  set?: readonly MountOption[];
  clear?: readonly MountOption[];
  propagation?: number;
}

const bitsOf = (options: readonly MountOption[]): number =>
  options.reduce((bits, option) => bits | attributeOf[option], 0);

/**
 * mount(2) as MS_REMOUNT|MS_BIND: the per-mount options before Linux 5.12. How access times are written stays as it is
 * unless `options` holds noatime or `relatime` is asked for (do_mount keeps it where no flag speaks of it).
 */
export function remountBind(path: string, options: readonly MountOption[], relatime = false): void {
  const start = MS_REMOUNT | MS_BIND | (relatime ? MS_RELATIME : 0);
  const flags = options.reduce((bits, option) => bits | legacyFlagOf[option], start);
  must("mount", path, syscall("mount", 0, second.set("mount", path), 0, flags, 0));
}

/** mount(2) that only changes the propagation type: MS_PRIVATE, MS_SHARED. */
export function setPropagation(path: string, type: number): void {
  must("mount", path, syscall("mount", 0, second.set("mount", path), 0, type, 0));
}

/** mount(2) of a new file system. */
export function mountNew(fsType: string, path: string, data: string): void {
  const options = new CString().set("mount", data);
  const type = first.set("mount", fsType);
  must("mount", path, syscall("mount", type, second.set("mount", path), type, MS_NOSUID | MS_NODEV, options));
}

/**
 * umount2(2) with MNT_DETACH of the mount whose root `fd` is: EINVAL when that is gone, whatever is in its place. Needs
 * /proc. Takes along what is mounted inside, and takes what covers it in its stead (LOOKUP_MOUNTPOINT goes on to the top,
 * fs/namei.c), so look first.
 */
export function detach(fd: number, path: string): void {
  must("umount2", path, syscall("umount2", first.set("umount2", `/proc/self/fd/${fd}`), MNT_DETACH));
}
