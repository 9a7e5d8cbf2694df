import { isErrno, must } from "./error.ts";
import { allocate, type Block } from "./memory.ts";
import { syscall } from "./syscall.ts";

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** A part of a file that holds data, in bytes from the start; `end` is the first byte of the hole behind it. */
export interface Stretch {
  start: number;
  end: number;
}

/** lseek(2) SEEK_DATA and SEEK_HOLE: the first data at or after `offset`, or null when only a hole follows. */
export function nextData(fd: number, path: string, offset: number): Stretch | null {
  try {
    const start = must("lseek", path, syscall("lseek", fd, offset, SEEK_DATA));
    return { start, end: must("lseek", path, syscall("lseek", fd, start, SEEK_HOLE)) };
  } catch (error) {
    if (isErrno(error, "ENXIO")) return null;
    throw error;
  }
}

/** pread(2) into a block, up to its size or `length`. Returns what it got: 0 at the end of the file. */
export const readAt = (fd: number, path: string, block: Block, offset: number, length: number): number =>
  must("pread64", path, syscall("pread64", fd, block.address, Math.min(length, block.bytes.length), offset));

/** pwrite(2) of the first `length` bytes of a block, all of them or an error. */
export function writeAt(fd: number, path: string, block: Block, offset: number, length: number): void {
  for (let done = 0; done < length; )
    done += must("pwrite64", path, syscall("pwrite64", fd, block.address + done, length - done, offset + done));
}

/** ftruncate(2) */
export function setSize(fd: number, path: string, size: number): void {
  must("ftruncate", path, syscall("ftruncate", fd, size));
}

/** fdatasync(2) */
export function syncData(fd: number, path: string): void {
  must("fdatasync", path, syscall("fdatasync", fd));
}

/** Memory to copy through. */
export const copyBuffer = (): Block => allocate(1024 * 1024);
