import { appendFileSync, readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { SyscallName } from "./numbers.ts";

/** Put in by ci/build. It is asked for here, and not in build.ts, as the bundler drops dead code file by file. */
declare const MOORING_TEST_BUILD: boolean;

/** What leaves no trace once the process is killed, other than words. Every other call is a step, a new one too. */
const traceless: ReadonlySet<SyscallName> = /* @__PURE__ */ new Set<SyscallName>([
  "clock_gettime",
  "close",
  "eventfd2",
  "fcntl",
  "fdatasync",
  "fgetxattr",
  "flistxattr",
  "flock",
  "fsconfig",
  "fsmount",
  "fsopen",
  "fstatfs",
  "fsync",
  "getdents64",
  "getpid",
  "getrandom",
  "listmount",
  "lseek",
  "open_tree",
  "pidfd_getfd",
  "pidfd_open",
  "ppoll",
  "prctl",
  "pread64",
  "prlimit64",
  "read",
  "readlinkat",
  "rt_sigaction",
  "sched_setscheduler",
  "statmount",
  "statx",
  "syncfs",
  "unshare",
  "write",
]);

const FS_IOC_SETFLAGS = 0x40086602;
const O_CREAT = 0o100;

let plan = "";
let passed = 0;

/**
 * Between any two steps a test can break the agent: MOORING_STEPS names a file with `<actor> <number> kill|stop|<errno>`,
 * where the actor is the keeper, a volume child, or the main thread of a command. Just before its step of that number,
 * counted since the file has this content, everything of the agent is killed or stopped, or the kernel refuses. While the
 * file is there, steps are written down beside it. Returns what the call is to return, or 0. A release build has nothing
 * of it but an empty function.
 */
export function refusalOf(name: SyscallName, first: number, second: number, fifth: number): number {
  if (typeof MOORING_TEST_BUILD === "boolean" && !MOORING_TEST_BUILD) return 0;
  const file = process.env.MOORING_STEPS;
  if (file === undefined) return 0;
  const now = contentOf(file);
  if (now === null || !isStep(name, first, second, fifth)) return 0;
  if (now !== plan) [plan, passed] = [now, 0];
  passed += 1;
  const [actor, number, what] = now.trim().split(" ");
  const isDue = actor === self() && Number(number) === passed;
  appendFileSync(`${file}.log`, `${self()} ${process.pid} ${passed} ${name}${isDue ? ` ${what}` : ""}\n`);
  return isDue ? happens(what ?? "") : 0;
}

const isStep = (name: SyscallName, first: number, second: number, fifth: number): boolean => {
  // No descriptor at all: capabilities.ts asks whether the kernel knows a call.
  if (first === -1) return false;
  if (name === "ioctl") return second === FS_IOC_SETFLAGS;
  // open.ts hands its flags on, which the kernel reads elsewhere.
  if (name === "openat2") return (fifth & O_CREAT) !== 0;
  if (name === "mount_setattr") return isAttached(first);
  return !traceless.has(name);
};

/** Nobody sees a mount that is in no table, and it goes with its last descriptor. */
const isAttached = (fd: number): boolean => {
  const [, id] = /^mnt_id:\s*(\d+)$/m.exec(contentOf(`/proc/self/fdinfo/${fd}`) ?? "") ?? [];
  return new RegExp(`^${id} `, "m").test(contentOf("/proc/self/mountinfo") ?? "");
};

const self = (): string => {
  if (!isMainThread) return "keeper";
  return process.argv.includes("volume-child") ? "child" : "main";
};

const contentOf = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
};

const happens = (what: string): number => {
  if (what === "kill" && self() === "child") process.kill(process.ppid, "SIGKILL");
  if (what === "kill") process.kill(process.pid, "SIGKILL");
  if (what === "stop") process.kill(process.pid, "SIGSTOP");
  return -(Number(what) || 0);
};
