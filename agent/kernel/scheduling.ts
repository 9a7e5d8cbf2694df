import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

const SCHED_FIFO = 1;
const SCHED_RESET_ON_FORK = 0x4000_0000;
const LOWEST_PRIORITY = 1;

/**
 * sched_setscheduler(2): the calling thread runs before all ordinary ones as soon as it wakes, threads and children it
 * starts do not (sched(7)). Nothing but a wait for a CPU is won, and the kernel still keeps 5 % of each second for the
 * others. False where that is not allowed: it takes CAP_SYS_NICE, and a real-time share of the control group.
 */
export function runAheadOfOthers(): boolean {
  const parameters = allocate(4);
  parameters.view.setInt32(0, LOWEST_PRIORITY, true);
  return syscall("sched_setscheduler", 0, SCHED_FIFO | SCHED_RESET_ON_FORK, parameters.address) === 0;
}
