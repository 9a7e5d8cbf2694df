import { isErrno, KernelError } from "../../kernel/error.ts";
import {
  AT_FDCWD,
  close,
  mkdirat,
  NO_LINKS,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_XDEV,
} from "../../kernel/open.ts";
import { isRegular, statx } from "../../kernel/statx.ts";

/** Applications write the volume: nothing in it is followed, crossed into, or trusted to be of the kind it should be. */
export const INSIDE = NO_LINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV;

/** Something that is ours by name turned out to be something else. */
export class Blocked extends Error {}

/** Opens `name` in `dirfd` as a directory, made with `mode` when missing. Throws Blocked when it is no directory. */
export function enterOrMake(dirfd: number, name: string, mode: number): { fd: number; made: boolean } {
  const made = mkdirat(dirfd, name, mode);
  const fd = enter(dirfd, name);
  if (fd === null) throw new Blocked(`${name} was taken away at once`);
  return { fd, made };
}

/** Opens `name` in `dirfd` as a directory; null when it is missing. Throws Blocked when it is no directory. */
export function enter(dirfd: number, name: string): number | null {
  try {
    return openat2(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, INSIDE);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    if (isErrno(error, "ENOTDIR", "ELOOP", "EXDEV")) throw new Blocked(`${name} is not a directory of the volume`);
    throw error;
  }
}

/**
 * Opens a regular file; null when it is missing. It is looked at before: opening has effects of its own on a device, a
 * FIFO or a leased file. To write, only one name may lead to it, or it may be an application's file too.
 */
export function openFile(dirfd: number, name: string, access: number): number | null {
  const found = find(dirfd, name);
  if (found === null) return null;
  try {
    const { mode, nlink } = statx(found, "");
    if (!isRegular(mode)) throw new Blocked(`${name} is not a regular file`);
    if (access !== O_RDONLY && nlink > 1) throw new Blocked(`${name} has a second name`);
    return openat2(AT_FDCWD, `/proc/self/fd/${found}`, access | O_NONBLOCK, 0);
  } catch (error) {
    if (isErrno(error, "EAGAIN")) throw new Blocked(`${name} is leased to another process`);
    if (isErrno(error, "ETXTBSY")) throw new Blocked(`${name} is being executed`);
    throw error;
  } finally {
    close(found);
  }
}

function find(dirfd: number, name: string): number | null {
  try {
    return openat2(dirfd, name, O_PATH | O_NOFOLLOW, INSIDE);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    if (isErrno(error, "ELOOP", "EXDEV")) throw new Blocked(`${name} is not a regular file`);
    throw error;
  }
}

/** Makes a file that did not exist; null when the name is taken. */
export function makeFile(dirfd: number, name: string, mode: number): number | null {
  try {
    return openat2(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, INSIDE, mode);
  } catch (error) {
    if (error instanceof KernelError && error.code === "EEXIST") return null;
    throw error;
  }
}

/** Reopens an O_PATH directory for reading. */
export const reopen = (fd: number): number => openat2(fd, ".", O_RDONLY | O_DIRECTORY, NO_LINKS);
