import { KernelError } from "../kernel/error.ts";
import type { Berth } from "./berth.ts";
import type { Kernel } from "./port.ts";

/** Between two such looks, on a node with a hundred mount events a second. */
const EVERY_MS = 1000;

/**
 * Looks, soon after the mount table has changed, whether the paths of the held parents lead elsewhere. What is mounted over one of them changes nothing that is
 * seen through its descriptor, and everybody who goes by the path sees something else.
 */
export class Parents {
  /** When they are to be looked at, in monotonic milliseconds; Infinity while the mount table has not changed since. */
  at = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** The mount table has changed. */
  expect(now: number): void {
    this.at = Math.min(this.at, Math.max(now, this.#last + EVERY_MS));
  }

  /** Looks where it is time to; the next time is after the next change. */
  look(kernel: Kernel, berths: readonly Berth[], now: number): "notDue" | "inPlace" | "elsewhere" {
    if (now < this.at) return "notDue";
    this.at = Number.POSITIVE_INFINITY;
    this.#last = now;
    return berths.some((berth) => isElsewhere(kernel, berth)) ? "elsewhere" : "inPlace";
  }
}

/** Of what is in trouble, or given up, more is asked elsewhere. */
function isElsewhere(kernel: Kernel, { parent, parentInTrouble, retired }: Berth): boolean {
  try {
    return parent !== null && !parentInTrouble && !retired && !kernel.isInPlace(parent);
  } catch (error) {
    if (error instanceof KernelError) return true;
    throw error;
  }
}
