import { type Facts, mayHoldOurs } from "../core/facts.ts";
import { type Berth, closeBerth, giveUp } from "./berth.ts";
import type { Kernel } from "./port.ts";

/**
 * The retired that may go now: only after the others had their chance, so that a renamed target is never bare in between.
 */
export function leavers(berths: readonly Berth[]): Berth[] {
  const retired = berths.filter(
    ({ retired: gone, memory, mount }) => gone && !memory.releasing && mount.source !== null,
  );
  return retired.length > 0 && areSettled(berths) ? retired : [];
}

/** Everything that is configured has been looked at, well or not. */
export const areSettled = (berths: readonly Berth[]): boolean =>
  berths.every(({ retired, memory }) => retired || (memory.condition?.reason ?? "NotYetVerified") !== "NotYetVerified");

/**
 * Closes the retired on whose target nothing of ours is mounted any more, by the `facts` of each berth. `left` are those
 * that are being released and are not yet.
 */
export function retire(
  kernel: Kernel,
  berths: readonly Berth[],
  facts: readonly Facts[],
): { staying: Berth[]; left: Berth[] } {
  const left: Berth[] = [];
  const staying = berths.filter((berth, index) => {
    const found = facts[index];
    const ours = found !== undefined && mayHoldOurs(found);
    if (berth.memory.releasing) giveUp(kernel, berth, ours);
    const isLeft = ours && berth.lock.kind !== "other";
    berth.memory.released = berth.memory.releasing && !isLeft;
    if (isLeft) left.push(berth);
    if (!berth.retired || isLeft) return true;
    closeBerth(kernel, berth);
    return false;
  });
  return { staying, left };
}
