import { attempt, lossNow, type Settling } from "./attempt.ts";
import type { Berth } from "./berth.ts";

/**
 * Puts back what was found missing right after a wake, before anything else is looked at or thought about: the decision
 * was made at the end of the last pass, and the executor still looks first. The pass that follows tells of it.
 */
export function healAhead(settling: Settling, berth: Berth): void {
  if (!berth.healAhead) return;
  const { memory } = berth;
  const before = memory.lostAt;
  memory.lostAt ??= lossNow(settling.kernel);
  berth.healed = attempt(settling, berth, { kind: "heal", mount: berth.mount.name });
  if (!berth.healed && !memory.failures.heal) memory.lostAt = before;
}
