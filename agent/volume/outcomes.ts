import type { ProbeStatus, Space } from "../core/status.ts";
import type { TraceBody } from "../core/trace.ts";
import type { VolumeReport } from "../core/volume-report.ts";

/** Of whom an outcome is told, and when and to whom. */
export interface Teller {
  /** The name of the mount. */
  mount: string;
  /** CLOCK_MONOTONIC, milliseconds. */
  now(): number;
  tell(trace: TraceBody): void;
}

/** What the probes of one mount came to: each is told, as news once only, and the last is kept for the status. */
export class Outcomes {
  /** Probes in a row that found something wrong, or nothing in time. */
  failures = 0;
  #problem: string | null = null;
  #last: Pick<ProbeStatus, "lastAt" | "durationMs"> = { lastAt: null, durationMs: null };
  #space: Space | null = null;

  /** `stuckForMs` of the child that is out; null when none is, or it has time left. */
  status(stuckForMs: number | null): { probe: ProbeStatus; space: Space | null } {
    return { probe: { ...this.#last, failures: this.failures, stuckForMs }, space: this.#space };
  }

  answered(teller: Teller, startedAt: number, { volume, source }: VolumeReport): void {
    const problem = volume ? volume.problem : source?.ok === false ? source.problem : null;
    this.failures = problem ? this.failures + 1 : 0;
    this.#space = volume?.space ?? null;
    // A watched target on which nothing is mounted was not probed at all.
    if (volume || source) this.#note(teller, startedAt, problem?.message ?? null);
  }

  failed(teller: Teller, startedAt: number, why: string): void {
    this.failures += 1;
    this.#note(teller, startedAt, why);
  }

  /** `isNews` the first time that this child is. */
  overdue(teller: Teller, startedAt: number, isNews: boolean): void {
    this.failures += 1;
    const { mount, now, tell } = teller;
    if (isNews) tell({ kind: "probeStuck", mount, forMs: now() - startedAt });
    this.#note(teller, startedAt, "no answer in time", true);
  }

  /** A child that was overdue answers, or says that it is at work. */
  late({ mount, now, tell }: Teller, startedAt: number): void {
    tell({ kind: "probeAnswered", mount, afterMs: now() - startedAt });
  }

  #note(
    { mount, now, tell }: Teller,
    startedAt: number,
    problem: string | null,
    again = problem === this.#problem,
  ): void {
    const durationMs = now() - startedAt;
    this.#last = { lastAt: new Date().toISOString(), durationMs };
    this.#problem = problem;
    tell({ kind: "probed", mount, ok: problem === null, durationMs, problem, again });
  }
}
