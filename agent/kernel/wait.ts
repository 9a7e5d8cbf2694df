import { must } from "./error.ts";
import { allocate } from "./memory.ts";
import { AT_FDCWD, O_RDONLY, openat2 } from "./open.ts";
import { syscall } from "./syscall.ts";

const POLLIN = 1;
const POLLPRI = 2;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const SIG_IGNORED_INTERRUPT = -4;

/** What ended a wait; both may be true at once, neither means that the time was up. */
export interface Woken {
  mountsChanged: boolean;
  signalled: boolean;
}

/**
 * Sleeps until the mount table changes or somebody signals. One long-lived descriptor of /proc/self/mountinfo never
 * loses a change, even mount and umount in between; a fresh one starts as unchanged (proc_pid_mountinfo(5), poll).
 */
export class MountWatch {
  readonly #table = openat2(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0);
  readonly #signal: number;
  readonly #fds = allocate(16);
  readonly #timeout = allocate(16);
  readonly #counter = allocate(8);

  /** `signal` is an eventfd, see `makeSignal`. */
  constructor(signal: number) {
    this.#signal = signal;
  }

  /** ppoll(2). `timeoutMs` below zero is taken as zero, Infinity waits for ever. */
  wait(timeoutMs: number): Woken {
    const { view } = this.#fds;
    view.setInt32(0, this.#table, true);
    view.setInt32(4, POLLPRI, true);
    view.setInt32(8, this.#signal, true);
    view.setInt32(12, POLLIN, true);
    let timeout = 0;
    if (timeoutMs < Number.POSITIVE_INFINITY) {
      const ms = Math.max(0, timeoutMs);
      this.#timeout.view.setBigInt64(0, BigInt(Math.floor(ms / 1000)), true);
      this.#timeout.view.setBigInt64(8, BigInt(Math.floor((ms % 1000) * 1e6)), true);
      timeout = this.#timeout.address;
    }
    const ready = syscall("ppoll", this.#fds.address, 2, timeout, 0, 8);
    if (ready === SIG_IGNORED_INTERRUPT) return { mountsChanged: false, signalled: false };
    must("ppoll", "/proc/self/mountinfo", ready);
    const signalled = (view.getInt16(14, true) & POLLIN) !== 0;
    if (signalled) syscall("read", this.#signal, this.#counter.address, 8);
    return { mountsChanged: (view.getInt16(6, true) & ~POLLIN) !== 0, signalled };
  }

  close(): void {
    syscall("close", this.#table);
  }
}

/** eventfd(2) that wakes a MountWatch, also one of another thread of this process. */
export const makeSignal = (): number => must("eventfd2", "wake", syscall("eventfd2", 0, EFD_CLOEXEC | EFD_NONBLOCK));

const one = allocate(8);

/** Wakes whoever waits on `signal`; signals add up and are taken at once. */
export function raise(signal: number): void {
  one.view.setBigUint64(0, 1n, true);
  syscall("write", signal, one.address, 8);
}
