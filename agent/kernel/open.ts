import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { syscall } from "./syscall.ts";

export const AT_FDCWD = -100;
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NONBLOCK = 0o4000;
// These two differ between the architectures: include/uapi/asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h
export const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
export const O_NOFOLLOW = process.arch === "arm64" ? 0o100000 : 0o400000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

export const RESOLVE_NO_XDEV = 0x01;
export const RESOLVE_NO_MAGICLINKS = 0x02;
export const RESOLVE_NO_SYMLINKS = 0x04;
export const RESOLVE_BENEATH = 0x08;
/** No link of any kind on the way: a path that an attacker may swap leads to an error, never elsewhere. */
export const NO_LINKS = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

const how = allocate(24);
const name = new CString();

/** openat2(2), always close-on-exec. Linux 5.6. Errors: ELOOP for a link, EXDEV where `resolve` forbids to cross. */
export function openat2(dirfd: number, path: string, flags: number, resolve: number, mode = 0): number {
  how.view.setBigUint64(0, BigInt(flags | O_CLOEXEC), true);
  how.view.setBigUint64(8, BigInt(mode), true);
  how.view.setBigUint64(16, BigInt(resolve), true);
  return must("openat2", path, syscall("openat2", dirfd, name.set("openat2", path), how.address, 24, flags));
}

/** close(2); its error says nothing useful about an O_PATH or directory descriptor. */
export function close(fd: number): void {
  syscall("close", fd);
}

/** mkdirat(2). Returns false when it exists already. */
export function mkdirat(dirfd: number, path: string, mode: number): boolean {
  const answer = syscall("mkdirat", dirfd, name.set("mkdirat", path), mode);
  if (answer === -17) return false;
  must("mkdirat", path, answer);
  return true;
}

const AT_REMOVEDIR = 0x200;

/** unlinkat(2) with AT_REMOVEDIR: ENOTEMPTY while anything is in it, EBUSY while something is mounted on it. */
export function removeDirectory(dirfd: number, path: string): void {
  must("rmdir", path, syscall("unlinkat", dirfd, name.set("unlinkat", path), AT_REMOVEDIR));
}
