import type { Trace } from "../../core/trace.ts";

/** More than a start ever says. */
const EARLY_TRACES = 10_000;

/** Whoever hears what the agent says. Some are there only a while after the first mounts: what was said before is told to them. */
export class Audience {
  readonly #hearers: ((trace: Trace) => void)[] = [];
  #early: Trace[] = [];
  #open = true;

  tell(trace: Trace): void {
    if (this.#open && this.#early.length < EARLY_TRACES) this.#early.push(trace);
    for (const hear of this.#hearers) hear(trace);
  }

  join(hear: (trace: Trace) => void): void {
    this.#hearers.push(hear);
    // What a hearer says at once comes after what was said before.
    for (const trace of [...this.#early]) hear(trace);
  }

  /** Nobody else will come. */
  close(): void {
    this.#open = false;
    this.#early = [];
  }
}
