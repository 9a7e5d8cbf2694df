import { isErrno, KernelError } from "../../kernel/error.ts";
import {
  close,
  mkdirat,
  NO_LINKS,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_XDEV,
} from "../../kernel/open.ts";
import { isRegular, statx } from "../../kernel/statx.ts";

/** Applications write the volume: nothing in it is followed, crossed into, or trusted to be of the kind it should be. */
const INSIDE = NO_LINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV;

/** Something that is ours by name turned out to be something else. */
export class Blocked extends Error {}

/** Opens `name` in `dirfd` as a directory, made with `mode` when missing. Throws Blocked when it is no directory. */
export function enterOrMake(dirfd: number, name: string, mode: number): { fd: number; made: boolean } {
  const made = mkdirat(dirfd, name, mode);
  try {
    return { fd: openat2(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, INSIDE), made };
  } catch (error) {
    if (isErrno(error, "ENOTDIR", "ELOOP", "EXDEV")) throw new Blocked(`${name} is not a directory of the volume`);
    throw error;
  }
}

/** Opens a regular file that only one name leads to; null when it is missing. FIFOs and devices are never waited for. */
export function openFile(dirfd: number, name: string, access: number): number | null {
  let fd: number;
  try {
    fd = openat2(dirfd, name, access | O_NOFOLLOW | O_NONBLOCK, INSIDE);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    if (isErrno(error, "ELOOP", "EISDIR", "ENXIO", "EXDEV", "ENODEV"))
      throw new Blocked(`${name} is not a regular file`);
    throw error;
  }
  const { mode, nlink } = statx(fd, "");
  if (isRegular(mode) && nlink === 1) return fd;
  close(fd);
  throw new Blocked(isRegular(mode) ? `${name} has a second name` : `${name} is not a regular file`);
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
