import { must } from "./error.ts";
import { allocate, CString, readCString } from "./memory.ts";
import { syscall } from "./syscall.ts";

const PATH_MAX = 4096;
const AT_SYMLINK_NOFOLLOW = 0x100;

const text = allocate(PATH_MAX + 1);
const first = new CString();
const second = new CString();

/** readlinkat(2) */
export function readLink(dirfd: number, name: string): string {
  const address = first.set("readlinkat", name);
  const size = must("readlinkat", name, syscall("readlinkat", dirfd, address, text.address, PATH_MAX));
  text.bytes[size] = 0;
  return readCString(text.bytes, 0);
}

/** symlinkat(2): EEXIST when the name is taken. */
export function makeLink(dirfd: number, name: string, target: string): void {
  const address = first.set("symlinkat", target);
  must("symlinkat", name, syscall("symlinkat", address, dirfd, second.set("symlinkat", name)));
}

/** fchownat(2) of the link itself. */
export function chownLink(dirfd: number, name: string, uid: number, gid: number): void {
  const address = first.set("fchownat", name);
  must("fchownat", name, syscall("fchownat", dirfd, address, uid, gid, AT_SYMLINK_NOFOLLOW));
}
