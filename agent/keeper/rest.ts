import { type Facts, rightOnTop } from "../core/facts.ts";
import { sameMount } from "../core/identity.ts";
import type { TopMount } from "../core/observed.ts";
import { plan } from "../core/plan.ts";
import { KernelError } from "../kernel/error.ts";
import type { Berth } from "./berth.ts";
import type { Kernel } from "./port.ts";

/** The mount on top, alone and verified, where a pass has left nothing to do, to wait for or to be told. */
export function restingOn(facts: Facts): TopMount | null {
  const { memory, observed } = facts;
  const { releasing, leaving, probe, failures } = memory;
  const isLeft = releasing || leaving || !probe.verified || Object.keys(failures).length > 0;
  const isHeld = observed.lock.kind === "held" || observed.lock.kind === "notNeeded";
  if (isLeft || !isHeld || observed.parent.kind === "trouble" || observed.stack.length !== 1) return null;
  return plan(facts) === null ? rightOnTop(facts) : null;
}

/**
 * Whether what changed in the mount table was somebody else's: the mount that the berth rests on is on top, as it was. On
 * a node with a hundred mount events a second that is what nearly every wake finds.
 */
export function restsUndisturbed(kernel: Kernel, { rest, parent }: Berth): boolean {
  if (rest === null || parent === null) return false;
  try {
    const top = kernel.look(parent);
    const isSame = top.kind === "mount" && sameMount(top, rest);
    return isSame && !top.deleted && top.options.join() === rest.options.join();
  } catch (error) {
    if (error instanceof KernelError) return false;
    throw error;
  }
}
