import { type Marks, marksOf, steady } from "../core/report/marks.ts";
import { type NodeView, readNode } from "../core/report/node-view.ts";
import { type NodePatch, patchFor, patchToTakeBack } from "../core/report/patch.ts";
import type { Status } from "../core/status.ts";
import { Alarm } from "./alarm.ts";
import { type Api, type Ask, path } from "./api.ts";
import type { Difficulty } from "./difficulty.ts";
import { MarksHolder, type MarksHolderOptions } from "./marks-holder.ts";
import type { Pacer } from "./pacer.ts";
import { removeTaint } from "./remove-taint.ts";

export interface NodeReporterOptions extends MarksHolderOptions {
  api: Api;
  pacer: Pacer;
  difficulty: Difficulty;
  node: string;
  settings(): ReportSettings;
  status(): Status;
  /** From one look at the node to the next, milliseconds. */
  resyncMs: number;
  random(): number;
}

export interface ReportSettings {
  heartbeatMs: number;
  startupTaint: string | null;
}

/**
 * Keeps the node object saying what is so. Promises: at rest nothing is written; however much changes, one write at a time with a
 * pause between, always of the latest state; what others changed is noticed by reading and put right; after an outage of the API
 * server one write catches up; nobody waits for it.
 */
export class NodeReporter {
  readonly #options: NodeReporterOptions;
  readonly #alarm = new Alarm();
  readonly #healed = new Map<string, number>();
  #view: NodeView | null = null;
  #resyncAt = 0;
  #marks: Marks | null = null;
  readonly #holder: MarksHolder;
  #stopped = false;
  #underWay: Promise<void> = Promise.resolve();

  constructor(options: NodeReporterOptions) {
    this.#options = options;
    this.#holder = new MarksHolder(options);
  }

  /** The node as last seen; null before the first look and while the API server is away. */
  get view(): NodeView | null {
    return this.#view;
  }

  /** Something may have changed: look at the status soon. */
  changed(): void {
    this.#alarm.ring();
  }

  /** Look at the node itself soon: somebody found the API server silent, or marks of ours changed. */
  look(): void {
    this.#resyncAt = 0;
    this.changed();
  }

  /** A mount was put back, at `at` milliseconds since the epoch. */
  healed(mount: string, at: number): void {
    this.#healed.set(mount, at);
    this.changed();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const { difficulty } = this.#options;
      await this.#alarm.sleep(difficulty.retryInMs || this.#restMs());
      if (this.#stopped || difficulty.retryInMs > 0) continue;
      this.#underWay = this.#sync();
      await this.#underWay;
    }
  }

  /** The last word, past every pause: that nobody knows any more, or no mark at all. Takes at most `withinMs`. */
  async end(last: "stopped" | "takenBack", withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    const until = performance.now() + withinMs;
    const left = (): number => Math.max(1, until - performance.now());
    // A write that is under way would land after the last word, and what it leaves is not in the view yet.
    await Promise.race([this.#underWay, Bun.sleep(withinMs / 2)]);
    this.#view ??= await this.#ask({ verb: "get", path: this.#path, timeoutMs: left() });
    if (this.#view === null) return;
    const { keys } = this.#options;
    const holds = this.#holder.isUs;
    const patch = last === "takenBack" ? patchToTakeBack(this.#view, keys, holds) : this.#patch(true);
    if (patch !== null) await this.#write(patch, left());
  }

  async #sync(): Promise<void> {
    if (this.#view === null || performance.now() >= this.#resyncAt) {
      this.#view = await this.#ask({ verb: "get", path: this.#path });
      if (this.#view === null) return;
      const { resyncMs, random } = this.#options;
      this.#resyncAt = performance.now() + resyncMs * (0.8 + 0.4 * random());
      this.#holder.look(this.#view);
    }
    if (this.#patch(false) !== null) {
      await this.#options.pacer.turn();
      // Whatever happened in the meantime is in the same write.
      const patch = this.#stopped ? null : this.#patch(false);
      if (patch !== null && !(await this.#write(patch))) return;
    }
    await this.#removeTaint();
  }

  #patch(stopping: boolean): NodePatch | null {
    const { status, settings, keys, author } = this.#options;
    const { heartbeatMs } = settings();
    if (this.#view === null) return null;
    this.#marks = steady(this.#marks, marksOf({ status: status(), healed: this.#healed, stopping }));
    const holds = this.#holder.isUs;
    return patchFor({ view: this.#view, marks: this.#marks, keys, author, holds, now: Date.now(), heartbeatMs });
  }

  async #write(patch: NodePatch, timeoutMs?: number): Promise<boolean> {
    const marks = this.#marks;
    const ask: Ask = { verb: "patch", path: `${this.#path}/status`, patch: "strategic", body: patch };
    this.#view = await this.#ask(timeoutMs === undefined ? ask : { ...ask, timeoutMs });
    if (this.#view === null) return false;
    const { node, keys, tell } = this.#options;
    const label = patch.metadata.labels?.[keys.label];
    if (marks !== null && typeof label === "string")
      tell({ kind: "nodeMarked", node, label, reason: marks.condition.reason });
    return true;
  }

  async #removeTaint(): Promise<void> {
    const { api, pacer, keys, settings, status, tell, difficulty } = this.#options;
    const { startupTaint: taint } = settings();
    if (taint === null || this.#view === null || !status().ready) return;
    const { view, reply } = await removeTaint({ api, pacer, taint, conditionType: keys.condition }, this.#view);
    this.#view = view;
    if (reply?.kind === "ok") tell({ kind: "startupTaintRemoved", taint });
    else if (reply !== null) difficulty.failed(reply);
  }

  /** Milliseconds until something is due by itself. */
  #restMs(): number {
    const { heartbeatMs } = this.#options.settings();
    const rest = Math.max(0, this.#resyncAt - performance.now());
    return heartbeatMs > 0 ? Math.min(rest, heartbeatMs) : rest;
  }

  /** Null when it failed, and then nothing is known any more: what was written may or may not have arrived. */
  async #ask(question: Ask): Promise<NodeView | null> {
    const { api, difficulty } = this.#options;
    const reply = await api.ask(question);
    if (reply.kind !== "ok") {
      difficulty.failed(reply);
      return null;
    }
    const view = this.#read(reply.body);
    if (view === null) difficulty.failed({ kind: "silent", why: "it did not answer with a node", retryAfterMs: null });
    else difficulty.worked();
    return view;
  }

  #read(body: unknown): NodeView | null {
    return readNode(body, this.#options.keys.condition);
  }

  get #path(): string {
    return path`/api/v1/nodes/${this.#options.node}`;
  }
}
