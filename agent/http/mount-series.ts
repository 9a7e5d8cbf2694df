import type { Instruments } from "./instruments.ts";

/** What has to be remembered of a mount to count rightly. */
interface Known {
  attachedBefore: boolean;
}

/** The counted series of each mount: there from the start, so that the first failure is a step from 0; gone with the mount. */
export class MountSeries {
  readonly #known = new Map<string, Known>();
  readonly #counters: readonly Instruments["checks"][];
  readonly #histograms: readonly Instruments["checkDuration"][];

  constructor({ checks, failures, recoveries, recovered, outage, rescued, checkDuration, healDuration }: Instruments) {
    this.#counters = [checks, failures, recoveries, recovered, outage, rescued];
    this.#histograms = [checkDuration, healDuration];
  }

  of(mount: string): Known {
    const before = this.#known.get(mount);
    if (before !== undefined) return before;
    const known = { attachedBefore: false };
    this.#known.set(mount, known);
    for (const counter of this.#counters) counter.inc({ mount }, 0);
    for (const histogram of this.#histograms) histogram.zero({ mount });
    return known;
  }

  keepOnly(mounts: readonly string[]): void {
    for (const mount of mounts) this.of(mount);
    const configured = new Set(mounts);
    for (const mount of this.#known.keys()) {
      if (configured.has(mount)) continue;
      this.#known.delete(mount);
      for (const instrument of [...this.#counters, ...this.#histograms]) instrument.remove({ mount });
    }
  }
}
