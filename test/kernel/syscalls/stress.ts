import { allocate, CString } from "../../../agent/kernel/memory.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH, O_RDONLY, O_WRONLY, openat2 } from "../../../agent/kernel/open.ts";
import { syscall } from "../../../agent/kernel/syscall.ts";

/** Calls that fail, each in its own way. */
const failingCalls = (): [errno: number, call: () => number][] => {
  const null_ = openat2(AT_FDCWD, "/dev/null", O_RDONLY, 0);
  const full = openat2(AT_FDCWD, "/dev/full", O_WRONLY, 0);
  const path = new CString();
  const other = new CString();
  const how = allocate(24);
  const byte = allocate(1);
  const open = (name: string, flags: number, resolve = 0): number => {
    how.view.setBigUint64(0, BigInt(flags), true);
    how.view.setBigUint64(16, BigInt(resolve), true);
    return syscall("openat2", AT_FDCWD, path.set("openat2", name), how.address, 24);
  };
  return [
    [9, () => syscall("close", -1)],
    [2, () => open("/no/such/file", O_RDONLY)],
    [20, () => open("/dev/null", O_DIRECTORY)],
    [40, () => open("/proc/self", O_PATH, 0x04)],
    [18, () => open("/dev/null", O_PATH, 0x01 | 0x08)],
    [36, () => open(`/${"n".repeat(256)}`, O_PATH)],
    [22, () => syscall("openat2", AT_FDCWD, 0, 0, 7)],
    [14, () => syscall("openat2", AT_FDCWD, 1, how.address, 24)],
    [17, () => syscall("mkdirat", AT_FDCWD, path.set("mkdirat", "/"), 0)],
    [16, () => syscall("unlinkat", AT_FDCWD, path.set("unlinkat", "/"), 0x200)],
    [25, () => syscall("ioctl", null_, 0x80086601, 0)],
    [28, () => syscall("write", full, byte.address, 1)],
    [22, () => syscall("prctl", 99_999)],
    [3, () => syscall("pidfd_open", 0x7ffffffe, 0)],
    [
      18,
      () => syscall("renameat2", AT_FDCWD, path.set("a", "/proc/version"), AT_FDCWD, other.set("b", "/dev/null"), 0),
    ],
  ];
};

export interface Verdict {
  calls: number;
  /** The first few answers that were not the expected ones. */
  wrong: string[];
}

/** Makes that many failing calls in random order while allocating and collecting, and checks every answer. */
export const stress = (calls: number, seed: number): Verdict => {
  const failing = failingCalls();
  const wrong: string[] = [];
  const pid = syscall("getpid");
  const ring: unknown[] = new Array(4096);
  let random = seed;
  for (let number = 0; number < calls; number += 1) {
    // xorshift32
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    const which = (random >>> 0) % failing.length;
    const [errno, call] = failing[which] ?? [0, () => 0];
    const answer = call();
    if (answer !== -errno && wrong.length < 10) wrong.push(`call ${which}: ${answer}, not ${-errno}`);
    ring[number % ring.length] =
      number % 3 ? new Uint8Array((random >>> 8) % 2000) : { text: `${random}`, ring: [number] };
    if (number % 50 === 0 && syscall("getpid") !== pid) wrong.push("getpid");
    if (number % 100_000 === 0) Bun.gc(true);
  }
  return { calls, wrong };
};
