import { isErrno, must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { syscall } from "./syscall.ts";

const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FS_IMMUTABLE_FL = 0x10;
const LOCK_EX_NB = 2 | 4;

const flags = allocate(8);
const name = new CString();

/**
 * FS_IOC_SETFLAGS (ioctl_iflags(2)): sets or clears the immutable flag of the directory `fd`, all others kept. Returns
 * false where the file system has no flags (ENOTTY, EOPNOTSUPP) or this user namespace may not set it (EPERM).
 */
export function setImmutable(fd: number, path: string, wanted: boolean): boolean {
  try {
    must("ioctl(FS_IOC_GETFLAGS)", path, syscall("ioctl", fd, FS_IOC_GETFLAGS, flags.address));
    const now = flags.view.getUint32(0, true);
    const next = wanted ? now | FS_IMMUTABLE_FL : now & ~FS_IMMUTABLE_FL;
    if (next === now) return true;
    flags.view.setUint32(0, next >>> 0, true);
    must("ioctl(FS_IOC_SETFLAGS)", path, syscall("ioctl", fd, FS_IOC_SETFLAGS, flags.address));
    return true;
  } catch (error) {
    if (isErrno(error, "ENOTTY", "EOPNOTSUPP", "EPERM", "EINVAL")) return false;
    throw error;
  }
}

/** flock(2) LOCK_EX|LOCK_NB: false when somebody else holds it. Freed with the last descriptor, also by SIGKILL. */
export function tryLock(fd: number, path: string): boolean {
  const answer = syscall("flock", fd, LOCK_EX_NB);
  if (answer === -11) return false;
  must("flock", path, answer);
  return true;
}

/** fchmod(2) */
export function chmod(fd: number, path: string, mode: number): void {
  must("fchmod", path, syscall("fchmod", fd, mode));
}

/** fchown(2); -1 leaves one as it is. */
export function chown(fd: number, path: string, uid: number, gid: number): void {
  must("fchown", path, syscall("fchown", fd, uid, gid));
}

const XATTR_LIMIT = 4096;
const value = allocate(XATTR_LIMIT);

/** fgetxattr(2); null when it is not there or the file system has none. */
export function getXattr(fd: number, path: string, attribute: string): string | null {
  const address = name.set("fgetxattr", attribute);
  const size = syscall("fgetxattr", fd, address, value.address, XATTR_LIMIT);
  if (size === -61 || size === -95 || size === -34) return null;
  must("fgetxattr", path, size);
  return Buffer.from(value.bytes.subarray(0, size)).toString("utf8");
}

/**
 * fsetxattr(2); false where the file system has none or no room for it (ext4: one block for all of an inode's, which a
 * full disk refuses), or this user namespace may not set it. What was there before then stays.
 */
export function setXattr(fd: number, path: string, attribute: string, text: string): boolean {
  const { read, written } = new TextEncoder().encodeInto(text, value.bytes);
  if (read < text.length) return false;
  try {
    const address = name.set("fsetxattr", attribute);
    must("fsetxattr", path, syscall("fsetxattr", fd, address, value.address, written, 0));
    return true;
  } catch (error) {
    if (isErrno(error, "EOPNOTSUPP", "EPERM", "ENOSPC", "EDQUOT")) return false;
    throw error;
  }
}
