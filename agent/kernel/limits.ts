import { must } from "./error.ts";
import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

const RLIMIT_NOFILE = 7;

/** prlimit(2): how many descriptors this process may have open. */
export function descriptorLimit(): number {
  const limits = allocate(16);
  must("prlimit", "RLIMIT_NOFILE", syscall("prlimit64", 0, RLIMIT_NOFILE, 0, limits.address));
  return Number(limits.view.getBigUint64(0, true));
}
