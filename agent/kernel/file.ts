import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { syscall } from "./syscall.ts";

const RENAME_NOREPLACE = 1;
const ST_RDONLY = 1;

const scratch = allocate(8192);
const first = new CString();
const second = new CString();

/** pread(2) from the start, at most 8 KiB. */
export function readStart(fd: number, path: string): Uint8Array {
  const size = must("pread64", path, syscall("pread64", fd, scratch.address, scratch.bytes.length, 0));
  return scratch.bytes.slice(0, size);
}

/** pwrite(2) at the start, all of it or an error; at most 8 KiB. */
export function writeStart(fd: number, path: string, content: Uint8Array): void {
  scratch.bytes.set(content);
  for (let done = 0; done < content.length; ) {
    const left = content.length - done;
    done += must("pwrite64", path, syscall("pwrite64", fd, scratch.address + done, left, done));
  }
}

/** fsync(2) */
export function fsync(fd: number, path: string): void {
  must("fsync", path, syscall("fsync", fd));
}

/** syncfs(2): writes out the whole file system of `fd`. Since Linux 5.8 it gives the error of what could not be written. */
export function syncfs(fd: number, path: string): void {
  must("syncfs", path, syscall("syncfs", fd));
}

/** unlinkat(2); false when it is not there. */
export function unlink(dirfd: number, name: string): boolean {
  const answer = syscall("unlinkat", dirfd, first.set("unlinkat", name), 0);
  if (answer === -2) return false;
  must("unlinkat", name, answer);
  return true;
}

/** linkat(2): EEXIST when the new name is taken. */
export function link(fromDir: number, from: string, toDir: number, to: string): void {
  const address = first.set("linkat", from);
  must("linkat", to, syscall("linkat", fromDir, address, toDir, second.set("linkat", to), 0));
}

/** renameat2(2); without `replace` EEXIST when the new name is taken (RENAME_NOREPLACE, EINVAL where unknown). */
export function rename(fromDir: number, from: string, toDir: number, to: string, replace: boolean): void {
  const address = first.set("renameat2", from);
  const flags = replace ? 0 : RENAME_NOREPLACE;
  must("renameat2", to, syscall("renameat2", fromDir, address, toDir, second.set("renameat2", to), flags));
}

export interface FileSystemSpace {
  sizeBytes: number;
  availBytes: number;
  files: number;
  filesFree: number;
  /** The file system or this mount of it is read-only. */
  readOnly: boolean;
}

/** fstatfs(2). Blocks on a hung file system. */
export function fstatfs(fd: number, path: string): FileSystemSpace {
  must("fstatfs", path, syscall("fstatfs", fd, scratch.address));
  const word = (offset: number): number => Number(scratch.view.getBigUint64(offset, true));
  const unit = word(72) || word(8);
  return {
    sizeBytes: word(16) * unit,
    availBytes: word(32) * unit,
    files: word(40),
    filesFree: word(48),
    readOnly: (word(80) & ST_RDONLY) !== 0,
  };
}
