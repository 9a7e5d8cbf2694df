import type { Action } from "../core/action.ts";
import { assess } from "../core/assess/assess.ts";
import { delayAfter } from "../core/backoff.ts";
import type { Condition } from "../core/condition.ts";
import type { Config } from "../core/config/config.ts";
import { type Facts, isPinned, rightOnTop } from "../core/facts.ts";
import type { Memory } from "../core/memory.ts";
import { plan, remainingFailures } from "../core/plan.ts";
import type { TraceBody } from "../core/trace.ts";
import { KernelError } from "../kernel/error.ts";
import type { act } from "./act.ts";
import type { Berth } from "./berth.ts";
import { report } from "./explain.ts";
import { type Depth, observe } from "./observe.ts";
import type { Kernel } from "./port.ts";
import type { Agent } from "./record.ts";

export interface Settling {
  kernel: Kernel;
  agent: Agent;
  config: Config;
  tell(trace: TraceBody): void;
  perform: typeof act;
}

/** More actions than any honest situation needs; a pass always ends. */
const ACTIONS_PER_PASS = 8;

/** One pass over one mount: observe → assess → plan → act, again until nothing is left to do. Returns the last facts. */
export function settle(settling: Settling, berth: Berth, depth: Depth): Facts {
  let facts = look(settling, berth, depth);
  const startedAt = facts.now;
  noteLoss(settling, berth, facts);
  // What was in a deleted directory is lost: that is told even when the next one takes its place in this very pass.
  if (facts.observed.top.kind === "mount" && facts.observed.top.deleted) conclude(settling, berth, facts);
  let last: Action["kind"] | null = null;
  for (let count = 0; count < ACTIONS_PER_PASS; count++) {
    const action = plan(facts);
    if (!action || action.kind === last) break;
    last = action.kind;
    const attached = attempt(settling, berth, action);
    facts = look(settling, berth, "quick");
    if (attached && rightOnTop(facts)) settling.tell(attached);
  }
  berth.memory.failures = remainingFailures(facts, startedAt);
  conclude(settling, berth, facts);
  return facts;
}

function look({ kernel, config }: Settling, berth: Berth, depth: Depth): Facts {
  const { mount, memory } = berth;
  const observed = observe(kernel, berth, depth);
  if (memory.expected !== null && !isPinned(observed, memory)) {
    memory.expected = null;
    memory.probe.verified = false;
  }
  return { mount, observed, memory, now: kernel.monotonicMs(), failuresUntilHung: config.monitor.failures };
}

function attempt({ kernel, agent, config, tell, perform }: Settling, berth: Berth, action: Action): TraceBody | null {
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

function noteLoss({ kernel }: Settling, { memory }: Berth, facts: Facts): void {
  if (memory.attachedId === null || rightOnTop(facts)) return;
  memory.lostAt ??= { monotonicMs: kernel.monotonicMs(), bootMs: kernel.bootMs(), overdue: false };
}

/** Taken right after the attachment, before anything is looked at again. */
function sinceLoss(kernel: Kernel, { lostAt }: Memory): { durationMs: number; outageMs: number } {
  if (!lostAt) return { durationMs: 0, outageMs: 0 };
  const outageMs = toMicroseconds(kernel.bootMs() - lostAt.bootMs);
  return { durationMs: toMicroseconds(kernel.monotonicMs() - lostAt.monotonicMs), outageMs };
}

const toMicroseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

function conclude({ kernel, config, tell }: Settling, berth: Berth, facts: Facts): void {
  const { memory, mount } = berth;
  const { lostAt } = memory;
  berth.attached = rightOnTop(facts) !== null;
  if (berth.attached) memory.lostAt = null;
  else if (lostAt && !lostAt.overdue && facts.now - lostAt.monotonicMs > config.recovery.timeoutMs) {
    lostAt.overdue = true;
    tell({ kind: "recoveryTimeout", mount: mount.name, afterMs: facts.now - lostAt.monotonicMs });
  }
  const verdict = assess(facts);
  const from = memory.condition;
  const since = from?.state === verdict.state ? from.since : kernel.wallMs();
  const to: Condition = { mount: mount.name, ...verdict, since };
  memory.condition = to;
  if (from?.state !== to.state || from.reason !== to.reason)
    tell({ kind: "conditionChanged", mount: mount.name, from, to });
}
