import { isErrno, must } from "./error.ts";
import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

// include/uapi/linux/fcntl.h and asm-generic/fcntl.h
const F_SETLEASE = 1024;
const F_GETLEASE = 1025;
const F_RDLCK = 0;
const F_WRLCK = 1;
const EAGAIN = 11;

/**
 * fcntl(2) F_SETLEASE F_RDLCK on a file that was opened to be read: false while somebody has it open, or shared and
 * writable in memory, for writing (EAGAIN). From now on whoever opens it for writing, or truncates it, waits until the
 * lease is gone, at most /proc/sys/fs/lease-break-time seconds. Only for one's own files, or with CAP_LEASE (EACCES);
 * EINVAL where the file system has none. It ends with the descriptor.
 */
export function takeReadLease(fd: number, path: string): boolean {
  try {
    must("fcntl(F_SETLEASE)", path, syscall("fcntl", fd, F_SETLEASE, F_RDLCK));
    return true;
  } catch (error) {
    if (isErrno(error, "EAGAIN")) return false;
    throw error;
  }
}

/**
 * fcntl(2) F_SETLEASE F_WRLCK: false while anybody else has the file open at all. From now on whoever opens it waits; else
 * as takeReadLease.
 */
export function takeWriteLease(fd: number, path: string): boolean {
  const answer = syscall("fcntl", fd, F_SETLEASE, F_WRLCK);
  if (answer === -EAGAIN) return false;
  must("fcntl(F_SETLEASE)", path, answer);
  return true;
}

/** Whether the lease is still whole: F_GETLEASE tells what it is to become as soon as somebody waits for it. */
export const holdsReadLease = (fd: number): boolean => syscall("fcntl", fd, F_GETLEASE) === F_RDLCK;

/**
 * The same, asked in the way that also sees who is about to break it: open(2) counts a writer (i_writecount) before it
 * comes to the lease, and may be held in between by a security module or a virus scanner (fanotify(7) FAN_OPEN_PERM).
 * Taking the lease anew is refused as long as there is a writer.
 */
export const isUnwritten = (fd: number, path: string): boolean => takeReadLease(fd, path) && holdsReadLease(fd);

const SIGIO = 29;
const SIG_IGN = 1n;
const SIGNAL_SET = 8;

/** rt_sigaction(2): the signal by which a lease is asked back would end the process; we look ourselves. */
export function ignoreLeaseSignals(): void {
  const action = allocate(32);
  action.view.setBigUint64(0, SIG_IGN, true);
  must("rt_sigaction", "SIGIO", syscall("rt_sigaction", SIGIO, action.address, 0, SIGNAL_SET));
}
