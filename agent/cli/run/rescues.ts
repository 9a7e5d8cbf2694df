import { type Apart, nothingApart, type RescueOrder } from "../../core/rescue.ts";

/** So long, in milliseconds, a rescue waits for the pods to be known. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

interface Pods {
  /** What pods have mounted by itself of a mount; null while nobody knows. */
  apart(mount: string): Apart | null;
}

interface Prober {
  /** The name of its mount. */
  mount: string;
  rescue(order: RescueOrder): void;
}

/**
 * Passes on orders to rescue shadowed files, with what is to be left alone. An agent that starts has files to rescue that
 * pods began to write while it was away, and sees these pods a moment later only: so it waits for that, but not for ever, as
 * the API server may be away for longer.
 */
export class Rescues {
  readonly #proberAt: (target: string) => Prober | null;
  readonly #waiting = new Map<string, Timer>();
  #pods: Pods = { apart: () => null };

  constructor(proberAt: (target: string) => Prober | null) {
    this.#proberAt = proberAt;
  }

  /** Who knows the pods; null when there are none to know. */
  learn(pods: Pods | null): void {
    this.#pods = pods ?? { apart: () => nothingApart };
  }

  order(target: string, order: RescueOrder, patienceMs = PATIENCE_MS): void {
    clearTimeout(this.#waiting.get(target));
    this.#waiting.delete(target);
    const prober = this.#proberAt(target);
    if (prober === null) return;
    const apart = this.#pods.apart(prober.mount);
    if (apart !== null) prober.rescue({ ...order, apart });
    else if (patienceMs <= 0) prober.rescue(order);
    else {
      const again = (): void => this.order(target, order, patienceMs - LOOK_MS);
      this.#waiting.set(target, setTimeout(again, LOOK_MS).unref());
    }
  }
}
