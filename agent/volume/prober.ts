import type { Config } from "../core/config/config.ts";
import type { RescueOrder } from "../core/rescue.ts";
import type { TraceBody } from "../core/trace.ts";
import type { VolumeReport } from "../core/volume-report.ts";
import { askVolumeChild, type Self, type VolumeChild } from "./child-process.ts";
import { Outcomes, type Teller } from "./outcomes.ts";
import { asksTheSame, type VolumeRequest } from "./request.ts";
import { gapOf, pauseAfter } from "./rhythm.ts";

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

/**
 * Probes one mount's volume: a child per look, never a second beside one that is stuck. Stuck is a state; it ends when
 * the child answers after all.
 */
export class Prober {
  #options: ProberOptions;
  #child: { process: VolumeChild; startedAt: number; overdue: boolean; answered: boolean } | null = null;
  #timer: Timer | undefined;
  #askedAgain = false;
  #rescue: RescueOrder | null = null;
  #lastStart = Number.NEGATIVE_INFINITY;
  readonly #outcomes = new Outcomes();
  #stopped = false;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  get status(): ReturnType<Outcomes["status"]> {
    return this.#outcomes.status(this.#child?.overdue ? this.#options.now() - this.#child.startedAt : null);
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
    this.#startIn(this.#askedAgain ? this.#gap : this.#pause);
    this.#askedAgain = false;
  }

  /** No further probes. A child that is stuck stays until the kernel lets it go. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
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
    if (this.#child) this.#overdueIn(options.monitor.timeoutMs);
    this.reconfigure(options);
  }

  get #gap(): number {
    return gapOf(this.#options.monitor);
  }

  get #pause(): number {
    return pauseAfter(this.#outcomes.failures, this.#options.monitor);
  }

  #startIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), ms);
  }

  #overdueIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#becomeOverdue(), ms);
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
      this.#startIn(this.#pause);
      return;
    }
    const child = { process, startedAt, overdue: false, answered: false };
    this.#child = child;
    this.#overdueIn(monitor.timeoutMs);
    void process.answer.then((answer) => {
      if (this.#stopped) {
        this.#child = null;
        return;
      }
      clearTimeout(this.#timer);
      if (child.overdue && answer.ok) this.#outcomes.late(this.#teller, startedAt);
      child.overdue = false;
      child.answered = true;
      if (!asksTheSame(request, this.#options.request)) {
        // The keeper would take it for an answer about what is configured now. It still waits for what it ordered.
        this.#rescue ??= order;
        this.#goOn(process);
      } else if (answer.ok) {
        this.#outcomes.answered(this.#teller, startedAt, answer.report);
        this.#options.onReport(process.pid, answer.report);
      } else {
        this.#fail(startedAt, answer.why);
        this.#goOn(process);
      }
    });
  }

  /** It has as long again as it had to answer. */
  #hearSign(): void {
    const child = this.#child;
    if (!child || this.#stopped) return;
    const { monitor, onSign } = this.#options;
    this.#overdueIn(monitor.timeoutMs);
    if (!child.overdue) return;
    child.overdue = false;
    this.#outcomes.failures = 0;
    this.#outcomes.late(this.#teller, child.startedAt);
    onSign();
  }

  #becomeOverdue(): void {
    const child = this.#child;
    if (!child || this.#stopped) return;
    this.#outcomes.overdue(this.#teller, child.startedAt, !child.overdue);
    child.overdue = true;
    this.#options.onSilence({ examines: child.process.examines });
    this.#overdueIn(this.#options.monitor.intervalMs);
  }

  #fail(startedAt: number, why: string): void {
    this.#outcomes.failed(this.#teller, startedAt, why);
    this.#options.onSilence(null);
  }

  /** The name of its mount. */
  get mount(): string {
    return this.#options.request.mount.name;
  }

  get #teller(): Teller {
    const { now, tell } = this.#options;
    return { mount: this.mount, now, tell };
  }
}
