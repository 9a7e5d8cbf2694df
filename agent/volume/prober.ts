import { delayAfter } from "../core/backoff.ts";
import type { Config } from "../core/config/config.ts";
import type { RescueOrder } from "../core/rescue.ts";
import type { ProbeStatus, Space } from "../core/status.ts";
import type { TraceBody } from "../core/trace.ts";
import type { VolumeReport } from "../core/volume-report.ts";
import { askVolumeChild, type Self, type VolumeChild } from "./child-process.ts";
import type { VolumeRequest } from "./request.ts";

export interface ProberOptions {
  self: Self;
  request: VolumeRequest;
  monitor: Config["monitor"];
  /** CLOCK_MONOTONIC, milliseconds. */
  now(): number;
  /** A child has answered; it lives until `heard` is called. */
  onReport(pid: number, report: VolumeReport): void;
  /** No answer in time, again after each further interval; or none at all, and then no child is `stuck`. */
  onSilence(stuck: { examines: string | null } | null): void;
  /** A child that was overdue is at work after all. */
  onSign(): void;
  tell(trace: TraceBody): void;
}

/** Between two starts of children, however often a probe is asked for; the monitor's interval when that is shorter. */
const GAP_MS = 250;
/** The first waits after an unusable volume; they grow to the monitor's interval. */
const EAGER_MS = 500;

/**
 * Probes one mount's volume: a child per look, never a second beside one that is stuck. Stuck is a state; it ends when
 * the child answers after all.
 */
export class Prober {
  #options: ProberOptions;
  #child: { process: VolumeChild; startedAt: number; overdue: boolean; answered: boolean } | null = null;
  #timer: Timer | null = null;
  #askedAgain = false;
  #rescue: RescueOrder | null = null;
  #lastStart = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #problem: string | null = null;
  #last: { at: string; durationMs: number } | null = null;
  #space: Space | null = null;
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  get status(): { probe: ProbeStatus; space: Space | null } {
    const overdue = this.#child?.overdue ? this.#options.now() - this.#child.startedAt : null;
    const { at, durationMs } = this.#last ?? { at: null, durationMs: null };
    return { probe: { lastAt: at, durationMs, failures: this.#failures, stuckForMs: overdue }, space: this.#space };
  }

  /** Whether a child is out. */
  get busy(): boolean {
    return this.#child !== null;
  }

  /** Asks something else from now on, and soon. A child that is stuck stays the only one. */
  reconfigure(options: ProberOptions): void {
    this.#options = options;
    this.probe();
  }

  /** Asks for a probe soon; while a child is out, for another one after it. */
  probe(): void {
    if (this.#stopped) return;
    if (this.#child) this.#askedAgain = true;
    else this.#startIn(Math.max(0, this.#lastStart + this.#gap - this.#options.now()));
  }

  /** Asks for a probe soon that moves shadowed files as well. */
  rescue(order: RescueOrder): void {
    this.#rescue = order;
    this.probe();
  }

  /** The keeper has taken what it wanted from that child. */
  heard(pid: number): void {
    // What was reported before a stop may be heard after it, when another child is out.
    if (this.#child?.process.pid === pid) this.#goOn(this.#child.process);
  }

  #goOn(process: VolumeChild): void {
    this.#child = null;
    process.letGo();
    const soon =
      this.#failures > 0 ? delayAfter({ minMs: EAGER_MS, maxMs: this.#interval }, this.#failures) : this.#interval;
    this.#startIn(this.#askedAgain ? this.#gap : soon);
    this.#askedAgain = false;
  }

  /** No further probes. A child that is stuck stays until the kernel lets it go. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#child?.process.letGo();
    if (this.#child?.answered) this.#child = null;
  }

  /** Resolves once no child is out any more; never, when one is stuck. */
  async ended(): Promise<void> {
    await this.#child?.process.answer;
  }

  /** Goes on after a stop. A child that is still out stays the only one. */
  resume(options: ProberOptions): void {
    this.#stopped = false;
    if (this.#child) this.#timer = setTimeout(() => this.#becomeOverdue(), options.monitor.timeoutMs);
    this.reconfigure(options);
  }

  get #interval(): number {
    return this.#options.monitor.intervalMs;
  }

  get #gap(): number {
    return Math.min(GAP_MS, this.#interval);
  }

  #startIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), ms);
  }

  #start(): void {
    if (this.#stopped) return;
    const { now, self, request, monitor } = this.#options;
    const startedAt = now();
    this.#lastStart = startedAt;
    const order = this.#rescue;
    this.#rescue = null;
    let process: VolumeChild;
    try {
      process = askVolumeChild(self, order ? { ...request, rescue: order } : request, () => this.#hearSign());
    } catch (error) {
      this.#fail(startedAt, String(error));
      this.#startIn(delayAfter({ minMs: EAGER_MS, maxMs: this.#interval }, this.#failures));
      return;
    }
    const child = { process, startedAt, overdue: false, answered: false };
    this.#child = child;
    this.#timer = setTimeout(() => this.#becomeOverdue(), monitor.timeoutMs);
    void process.answer.then((answer) => {
      if (this.#stopped) {
        this.#child = null;
        return;
      }
      if (this.#timer) clearTimeout(this.#timer);
      if (child.overdue && answer.ok)
        this.#say({ kind: "probeAnswered", mount: this.mount, afterMs: now() - startedAt });
      child.overdue = false;
      child.answered = true;
      // The keeper would take a source for the configured one that is not.
      if (request.mount.source !== this.#options.request.mount.source) this.#goOn(process);
      else if (answer.ok) this.#deliver(startedAt, process.pid, answer.report);
      else {
        this.#fail(startedAt, answer.why);
        this.#goOn(process);
      }
    });
  }

  #deliver(startedAt: number, pid: number, report: VolumeReport): void {
    const problem = report.volume ? report.volume.problem : report.source?.ok === false ? report.source.problem : null;
    this.#failures = problem ? this.#failures + 1 : 0;
    this.#space = report.volume?.space ?? null;
    // A watched target on which nothing is mounted was not probed at all.
    if (report.volume || report.source) this.#note(startedAt, problem === null, problem?.message ?? null);
    this.#options.onReport(pid, report);
  }

  /** It has as long again as it had to answer. */
  #hearSign(): void {
    const child = this.#child;
    if (!child || this.#stopped) return;
    const { monitor, now, onSign } = this.#options;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#becomeOverdue(), monitor.timeoutMs);
    if (!child.overdue) return;
    child.overdue = false;
    this.#failures = 0;
    this.#say({ kind: "probeAnswered", mount: this.mount, afterMs: now() - child.startedAt });
    onSign();
  }

  #becomeOverdue(): void {
    const child = this.#child;
    if (!child || this.#stopped) return;
    this.#failures += 1;
    const forMs = this.#options.now() - child.startedAt;
    if (!child.overdue) this.#say({ kind: "probeStuck", mount: this.mount, forMs });
    child.overdue = true;
    this.#note(child.startedAt, false, "no answer in time", true);
    this.#options.onSilence({ examines: child.process.examines });
    this.#timer = setTimeout(() => this.#becomeOverdue(), this.#interval);
  }

  #fail(startedAt: number, why: string): void {
    this.#failures += 1;
    this.#note(startedAt, false, why);
    this.#options.onSilence(null);
  }

  /** The same problem is told once; `isTold` when that is so already. */
  #note(startedAt: number, ok: boolean, problem: string | null, isTold = problem === this.#problem): void {
    const durationMs = this.#options.now() - startedAt;
    this.#last = { at: new Date().toISOString(), durationMs };
    this.#problem = problem;
    this.#say({ kind: "probed", mount: this.mount, ok, durationMs, problem, again: isTold });
  }

  /** The name of its mount. */
  get mount(): string {
    return this.#options.request.mount.name;
  }

  #say(trace: TraceBody): void {
    this.#options.tell(trace);
  }
}
