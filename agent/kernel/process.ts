import { isErrno, must } from "./error.ts";
import { AT_FDCWD, close, O_PATH, openat2 } from "./open.ts";
import { syscall } from "./syscall.ts";

const PR_SET_PDEATHSIG = 1;

/**
 * A copy of descriptor `fd` of the living process `pid`: pidfd_open(2), pidfd_getfd(2), Linux 5.6. Where a policy
 * forbids that, its magic link in /proc is opened instead, which walks no path on the file system behind it either.
 */
export function takeDescriptor(pid: number, fd: number): number {
  const path = `fd ${fd} of process ${pid}`;
  const pidfd = must("pidfd_open", path, syscall("pidfd_open", pid, 0));
  try {
    return must("pidfd_getfd", path, syscall("pidfd_getfd", pidfd, fd, 0));
  } catch (error) {
    if (!isErrno(error, "EPERM", "ENOSYS")) throw error;
    return openat2(AT_FDCWD, `/proc/${pid}/fd/${fd}`, O_PATH, 0);
  } finally {
    close(pidfd);
  }
}

/** prctl(2) PR_SET_PDEATHSIG: this process gets `signal` when the thread that started it ends. */
export function endWithParent(signal: number): void {
  must("prctl", "PR_SET_PDEATHSIG", syscall("prctl", PR_SET_PDEATHSIG, signal));
}
