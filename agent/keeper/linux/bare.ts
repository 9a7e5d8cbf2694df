import type { Capabilities } from "../../kernel/capabilities.ts";
import { listDirectory } from "../../kernel/directory.ts";
import { isErrno } from "../../kernel/error.ts";
import { faultAt } from "../../kernel/fault.ts";
import { chmod, getXattr, setImmutable, setXattr, tryLock } from "../../kernel/inode.ts";
import {
  mkdirat,
  NO_LINKS,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_XDEV,
} from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import { throughView } from "../../kernel/view.ts";
import type { Bare, BareState, Parent } from "../port.ts";

export const RECORD = "trusted.mooring";
const ENTRIES_COUNTED = 10_000;
const PERMISSIONS = 0o7777;

/** Opens the directory under whatever is mounted at the target, through a view. */
export function openBare(parent: Parent, { mountSetattr }: Capabilities): Bare {
  const path = `${parent.path === "/" ? "" : parent.path}/${parent.name}`;
  return { fd: throughView(parent.fd, mountSetattr, (view) => openOrMake(view, parent.name)), path };
}

/** By its name in the view, as who lacks CAP_DAC_OVERRIDE cannot open it once it is sealed. */
export const bareAt = (
  { fd, name }: Parent,
  { mountSetattr }: Capabilities,
): { device: string; inode: bigint } | null =>
  throughView(fd, mountSetattr, (view) => {
    try {
      const { device, inode } = statx(view, name);
      return { device, inode };
    } catch (error) {
      if (isErrno(error, "ENOENT")) return null;
      throw error;
    }
  });

function openOrMake(view: number, name: string): number {
  const open = () =>
    openat2(view, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, NO_LINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV);
  try {
    return open();
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    mkdirat(view, name, 0o755);
    return open();
  }
}

export function inspectBare({ fd, path }: Bare): BareState {
  const { device, inode, nlink, mode, immutable } = statx(fd, "");
  const sealed = (mode & PERMISSIONS) === 0 && immutable;
  const removed = nlink === 0;
  return { device, inode, removed, sealed, entries: removed ? 0 : listDirectory(fd, path, ENTRIES_COUNTED).length };
}

/** flock(2) on the directory itself: it excludes agents of other namespaces, and cannot be renamed away. */
export const lockBare = ({ fd, path }: Bare): boolean => tryLock(fd, path);

export const readRecord = ({ fd, path }: Bare): string | null => getXattr(fd, path, RECORD);

/**
 * Clears the flag, takes all permissions away, writes the record, sets the flag: chmod and setxattr are refused on an
 * immutable inode. Returns whether the file system took the flag.
 */
export function sealBare({ fd, path }: Bare, record: string): boolean {
  setImmutable(fd, path, false);
  chmod(fd, path, 0);
  faultAt("seal.open");
  setXattr(fd, path, RECORD, record);
  faultAt("seal.recorded");
  return setImmutable(fd, path, true);
}
