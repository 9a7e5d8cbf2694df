import type { Action } from "../core/action.ts";
import { assess } from "../core/assess/assess.ts";
import type { Condition } from "../core/condition.ts";
import { type Facts, isPinned, rightOnTop } from "../core/facts.ts";
import { plan, remainingFailures, wouldHeal } from "../core/plan.ts";
import { attempt, lossNow, type Settling } from "./attempt.ts";
import type { Berth } from "./berth.ts";
import { type Depth, observe } from "./observe.ts";
import { restingOn } from "./rest.ts";

/** More actions than any honest situation needs; a pass always ends. */
const ACTIONS_PER_PASS = 8;

/** One pass over one mount: observe → assess → plan → act, again until nothing is left to do. Returns the last facts. */
export function settle(settling: Settling, berth: Berth, depth: Depth): Facts {
  let facts = look(settling, berth, depth);
  const startedAt = facts.now;
  if (berth.healed && rightOnTop(facts)) settling.tell(berth.healed);
  berth.healed = null;
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
    noteLoss(settling, berth, facts);
    if (attached && rightOnTop(facts)) settling.tell(attached);
  }
  berth.memory.failures = remainingFailures(facts, startedAt);
  conclude(settling, berth, facts);
  berth.healAhead = wouldHeal(facts);
  berth.rest = restingOn(facts);
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

function noteLoss({ kernel }: Settling, { memory }: Berth, facts: Facts): void {
  if (memory.attachedMount === null || rightOnTop(facts)) return;
  memory.lostAt ??= lossNow(kernel);
}

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
