import type { Action } from "../core/action.ts";
import { delayAfter } from "../core/backoff.ts";
import type { Config } from "../core/config/config.ts";
import type { Memory } from "../core/memory.ts";
import type { TraceBody } from "../core/trace.ts";
import { KernelError } from "../kernel/error.ts";
import type { act } from "./act.ts";
import type { Berth } from "./berth.ts";
import { report } from "./explain.ts";
import type { Kernel } from "./port.ts";
import type { Agent } from "./record.ts";

export interface Settling {
  kernel: Kernel;
  agent: Agent;
  config: Config;
  tell(trace: TraceBody): void;
  perform: typeof act;
}

/** Carries out one action; a failure is remembered and told. Returns what is to be told once the right mount is seen on top. */
export function attempt(
  { kernel, agent, config, tell, perform }: Settling,
  berth: Berth,
  action: Action,
): TraceBody | null {
  const { memory, mount, parent } = berth;
  if (!parent) return null;
  try {
    const how = perform({ kernel, agent, berth, parent, tell }, action);
    delete memory.failures[action.kind];
    return how && { kind: "attached", mount: mount.name, how, ...sinceLoss(kernel, memory) };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const { backoff } = config.recovery;
    const before = memory.failures[action.kind];
    const attempts = (before?.attempts ?? 0) + 1;
    const retryInMs = memory.lostAt?.overdue ? backoff.maxMs : delayAfter(backoff, attempts);
    const said = report(error);
    memory.failures[action.kind] = { message: said.message, attempts, retryAt: kernel.monotonicMs() + retryInMs };
    const again = before?.message === said.message;
    tell({ kind: "actionFailed", mount: mount.name, action: action.kind, error: said, retryInMs, again });
    return null;
  }
}

/** A loss that is noticed at this moment. */
export const lossNow = (kernel: Kernel): NonNullable<Memory["lostAt"]> => ({
  monotonicMs: kernel.monotonicMs(),
  bootMs: kernel.bootMs(),
  overdue: false,
});

/** Taken right after the attachment, before anything is looked at again. */
function sinceLoss(kernel: Kernel, { lostAt }: Memory): { durationMs: number; outageMs: number } {
  if (!lostAt) return { durationMs: 0, outageMs: 0 };
  const outageMs = toMicroseconds(kernel.bootMs() - lostAt.bootMs);
  return { durationMs: toMicroseconds(kernel.monotonicMs() - lostAt.monotonicMs), outageMs };
}

const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;
