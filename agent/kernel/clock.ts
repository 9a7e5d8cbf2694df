import { must } from "./error.ts";
import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;
const timespec = allocate(16);

function read(clock: number): number {
  must("clock_gettime", `clock ${clock}`, syscall("clock_gettime", clock, timespec.address));
  return Number(timespec.view.getBigInt64(0, true)) * 1000 + Number(timespec.view.getBigInt64(8, true)) / 1e6;
}

/** CLOCK_MONOTONIC in milliseconds. Comparable between threads, which performance.now() is not: it starts per thread. */
export const monotonicMs = (): number => read(CLOCK_MONOTONIC);

/** CLOCK_BOOTTIME in milliseconds: goes on while the machine sleeps, so it measures outages. */
export const bootMs = (): number => read(CLOCK_BOOTTIME);
