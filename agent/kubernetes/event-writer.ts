import { createHash } from "node:crypto";
import { type EventDraft, eventOf } from "../core/report/event.ts";
import type { Trace } from "../core/trace.ts";
import { Alarm } from "./alarm.ts";
import { type Api, path, type Reply } from "./api.ts";
import type { Difficulty } from "./difficulty.ts";
import { eventBody, type Series, type Subject, seriesField } from "./event-series.ts";
import type { Pacer } from "./pacer.ts";

export interface EventWriterOptions {
  api: Api;
  pacer: Pacer;
  difficulty: Difficulty;
  /** Those that are known by now; an Event waits until there is one. */
  subjects(): Subject[];
  /** Whether the API server is away for longer than a moment: then what happens is not kept for it. */
  isAway(): boolean;
  /** The API server did not answer: whoever watches over that should look. */
  onSilence(): void;
  /** The pod, or what else tells this agent from others. */
  instance: string;
  /** Between two writes of one series, milliseconds. */
  seriesGapMs: number;
}

/** As client-go does it: what does not happen again for so long is another Event when it does. */
const SERIES_ENDS_MS = 6 * 60_000;
const MOST_SERIES = 200;

/**
 * Writes Events about the node and the agent's pod: the first at once, repetitions as a series. Reports carry the latest state,
 * so what happened while the API server was away is in the node's annotation and in the log, not in belated Events.
 */
export class EventWriter {
  readonly #options: EventWriterOptions;
  readonly #alarm = new Alarm();
  #series = new Map<string, Series>();
  #waiting: { draft: EventDraft; at: number }[] = [];
  #number = 0;
  #stopped = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  hear(trace: Trace): void {
    const draft = eventOf(trace);
    if (draft === null) return;
    this.#waiting.push({ draft, at: trace.at });
    if (this.#waiting.length > MOST_SERIES) this.#waiting.shift();
    this.#alarm.ring();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#alarm.sleep(this.#options.difficulty.retryInMs || this.#restMs());
      if (!this.#stopped && this.#options.difficulty.retryInMs === 0) await this.#step();
    }
  }

  /** Writes what is left, past every pause, for at most `withinMs`. */
  async end(withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    this.#take();
    const until = performance.now() + withinMs;
    const left = [...this.#series.values()].filter(({ count, written }) => count > written);
    await Promise.all(left.map((series) => this.#write(series, Math.max(1, until - performance.now()))));
  }

  async #step(): Promise<void> {
    this.#take();
    const next = this.#next();
    if (next === null) return;
    await this.#options.pacer.turn();
    if (!this.#stopped && !this.#options.isAway()) await this.#write(next);
    if (this.#due().length > 0) this.#alarm.ring();
  }

  /** Turns what was heard into series, once it is known what they are about. */
  #take(): void {
    const { isAway, subjects } = this.#options;
    if (isAway()) {
      this.#waiting = [];
      this.#series = new Map();
      return;
    }
    const about = subjects();
    if (about.length === 0) return;
    for (const { draft, at } of this.#waiting.splice(0)) for (const subject of about) this.#count(draft, subject, at);
    const oldest = Date.now() - SERIES_ENDS_MS;
    for (const [key, { lastAt, count, written }] of this.#series)
      if ((lastAt < oldest && count === written) || this.#series.size > MOST_SERIES) this.#series.delete(key);
  }

  #count(draft: EventDraft, subject: Subject, at: number): void {
    const key = `${subject.uid} ${draft.key}`;
    const known = this.#series.get(key);
    if (known && at - known.lastAt < SERIES_ENDS_MS) {
      known.count += 1;
      known.lastAt = at;
      return;
    }
    const name = this.#nameFor(key, draft, at);
    this.#series.set(key, { draft, subject, name, firstAt: at, lastAt: at, count: 1, written: 0, writtenAt: 0 });
  }

  /** A warning about a consumer is given once, whichever life of the agent gives it: the API server refuses a second of its name. */
  #nameFor(key: string, { reason }: EventDraft, at: number): string {
    const digest = createHash("sha256").update(key).digest("hex").slice(0, 16);
    if (reason.startsWith("Consumer")) return `mooring.${digest}`;
    this.#number += 1;
    return `mooring.${digest}.${at.toString(36)}-${this.#number.toString(36)}`;
  }

  #next(): Series | null {
    return this.#due().toSorted((a, b) => a.written - b.written || a.lastAt - b.lastAt)[0] ?? null;
  }

  #due(): Series[] {
    const now = performance.now();
    const { seriesGapMs } = this.#options;
    return [...this.#series.values()].filter(
      ({ count, written, writtenAt }) => count > written && (written === 0 || now - writtenAt >= seriesGapMs),
    );
  }

  #restMs(): number {
    if (this.#options.subjects().length === 0 && this.#waiting.length > 0) return 1000;
    const open = [...this.#series.values()].filter(({ count, written }) => count > written);
    const now = performance.now();
    return Math.min(
      SERIES_ENDS_MS,
      ...open.map(({ written, writtenAt }) =>
        written === 0 ? 0 : Math.max(0, writtenAt + this.#options.seriesGapMs - now),
      ),
    );
  }

  async #write(series: Series, timeoutMs?: number): Promise<void> {
    const { api, difficulty } = this.#options;
    const { count, written } = series;
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const events = path`/apis/events.k8s.io/v1/namespaces/${series.subject.namespace}/events`;
    const reply: Reply =
      written === 0
        ? await api.ask({ verb: "create", path: events, body: eventBody(series, this.#options.instance), ...limit })
        : await api.ask({
            verb: "patch",
            patch: "merge",
            path: `${events}${path`/${series.name}`}`,
            body: { series: seriesField(series) },
            ...limit,
          });
    if (reply.kind === "silent") {
      difficulty.failed(reply);
      this.#options.onSilence();
      return;
    }
    series.writtenAt = performance.now();
    const isThere = reply.kind === "ok" || (written === 0 && reply.status === 409);
    // Events live for an hour; one that is gone is written anew.
    if (!isThere && reply.status === 404 && written > 0) series.written = 0;
    else series.written = count;
    if (isThere) difficulty.worked();
    else if (written === 0) difficulty.failed(reply);
  }
}
