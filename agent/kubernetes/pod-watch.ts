import type { LocalVolume, Mount } from "../core/config/config.ts";
import { type PodView, readPod } from "../core/report/pod.ts";
import { type Reach, reachesOf } from "../core/report/reach.ts";
import { fieldsOf, numberOf, textOf } from "../core/untrusted.ts";
import { Alarm } from "./alarm.ts";
import type { Api } from "./api.ts";
import type { Difficulty } from "./difficulty.ts";
import { linesOf } from "./lines.ts";
import { readListItems } from "./list-items.ts";

export interface PodWatchOptions {
  api: Api;
  difficulty: Difficulty;
  node: string;
  /** The agent's own pod, which is no consumer. */
  ownUid: string | null;
  /** The agent's own pod, as it is now. */
  onOwn(pod: unknown): void;
  mounts(): readonly Mount[];
  localVolumes(): readonly LocalVolume[];
  /** Somebody came, changed or went. */
  onChange(): void;
  random(): number;
  /** How long the API server is asked to keep a watch open, milliseconds. */
  watchMs?: number;
}

/** A pod of this node that uses a mount. */
export interface Consumer {
  pod: PodView;
  reaches: Reach[];
}

const WATCH_MS = 5 * 60_000;
/** The API server sends a bookmark each minute to a watch on which nothing happens. */
const QUIET_MS = 150_000;

/**
 * Knows which pods of this node use a mount. Lists, then watches from there; when a watch expires, breaks or is refused, lists
 * again. Of a pod that uses none it keeps its UID, and the pods of a list are read one by one.
 */
export class PodWatch {
  readonly #options: PodWatchOptions;
  readonly #alarm = new Alarm();
  #consumers = new Map<string, Consumer>();
  #running = new Set<string>();
  #known = false;
  #attempt: AbortController | null = null;
  #stopped = false;

  constructor(options: PodWatchOptions) {
    this.#options = options;
  }

  /** Null until they were listed once. While the API server is away, those that were there before. */
  get consumers(): readonly Consumer[] | null {
    return this.#known ? [...this.#consumers.values()] : null;
  }

  /** Whether a pod with this UID is on this node; null before the first list. */
  isHere(uid: string): boolean | null {
    return this.#known ? this.#running.has(uid) : null;
  }

  /** The mounts are others now: look at every pod again. */
  relist(): void {
    this.#attempt?.abort();
    this.#alarm.ring();
  }

  stop(): void {
    this.#stopped = true;
    this.relist();
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const { difficulty } = this.#options;
      await this.#alarm.sleep(difficulty.retryInMs);
      if (this.#stopped || difficulty.retryInMs > 0) continue;
      this.#attempt = new AbortController();
      const { signal } = this.#attempt;
      let version = await this.#list(signal);
      while (version !== null && !signal.aborted) version = await this.#follow(version, signal);
    }
  }

  /** The version to watch from, or null when it failed. */
  async #list(signal: AbortSignal): Promise<string | null> {
    const { api, difficulty } = this.#options;
    const consumers = new Map<string, Consumer>();
    const running = new Set<string>();
    try {
      // From the API server's memory, as the kubelet asks; without resourceVersion it would read every pod of the cluster.
      const query = { ...this.#ofThisNode, resourceVersion: "0" };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(QUIET_MS)]);
      const stream = await api.open({ verb: "list", path: "/api/v1/pods", query }, limit);
      if (stream.kind !== "open") {
        difficulty.failed(stream);
        return null;
      }
      const around = await readListItems(stream.chunks, (item) => this.#put(item, consumers, running));
      const version = textOf(fieldsOf(fieldsOf(around).metadata).resourceVersion);
      if (version === null) throw new Error("it did not answer with a list of pods");
      this.#consumers = consumers;
      this.#running = running;
      this.#known = true;
      difficulty.worked();
      this.#options.onChange();
      return version;
    } catch (error) {
      if (!signal.aborted) difficulty.failed({ kind: "silent", why: String(error), retryAfterMs: null });
      return null;
    }
  }

  /** Watches until the watch ends or breaks. The version to go on from, or null when only a new list helps. */
  async #follow(from: string, signal: AbortSignal): Promise<string | null> {
    const { api, difficulty, random, watchMs = WATCH_MS } = this.#options;
    while (difficulty.retryInMs > 0 && !signal.aborted) await this.#alarm.sleep(difficulty.retryInMs);
    if (signal.aborted) return null;
    const timeoutSeconds = String(Math.max(1, Math.round((watchMs * (1 + random())) / 1000)));
    const query = {
      ...this.#ofThisNode,
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: from,
      timeoutSeconds,
    };
    const quiet = new AbortController();
    const listening = AbortSignal.any([signal, quiet.signal]);
    const stream = await api.open({ verb: "watch", path: "/api/v1/pods", query }, listening);
    if (stream.kind !== "open") {
      // 410: the version is too old by now.
      if (stream.kind !== "refused" || stream.status !== 410) difficulty.failed(stream);
      return stream.kind === "silent" ? from : null;
    }
    let version = from;
    let timer = setTimeout(() => quiet.abort(), QUIET_MS);
    try {
      for await (const line of linesOf(stream.chunks)) {
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), QUIET_MS);
        const { type, object } = fieldsOf(JSON.parse(line));
        if (type === "ERROR") {
          const { code, message } = fieldsOf(object);
          if (numberOf(code) !== 410)
            difficulty.failed({ kind: "silent", why: textOf(message) ?? "the watch failed", retryAfterMs: null });
          return null;
        }
        difficulty.worked();
        version = textOf(fieldsOf(fieldsOf(object).metadata).resourceVersion) ?? version;
        if (type === "BOOKMARK") continue;
        if (type === "DELETED") this.#drop(object);
        else this.#put(object, this.#consumers, this.#running);
        this.#options.onChange();
      }
      // One that ends without a word, again and again, must not be asked without a pause.
      if (version === from) await this.#alarm.sleep(Math.min(1000, watchMs));
      return version;
    } catch (error) {
      if (!signal.aborted) difficulty.failed({ kind: "silent", why: String(error), retryAfterMs: null });
      return version;
    } finally {
      clearTimeout(timer);
    }
  }

  #put(object: unknown, consumers: Map<string, Consumer>, running: Set<string>): void {
    const pod = readPod(object, this.#options.localVolumes());
    if (pod === null) return;
    consumers.delete(pod.uid);
    if (pod.finished) {
      running.delete(pod.uid);
      return;
    }
    running.add(pod.uid);
    if (pod.uid === this.#options.ownUid) {
      this.#options.onOwn(object);
      return;
    }
    const reaches = reachesOf(pod, this.#options.mounts());
    if (reaches.length > 0) consumers.set(pod.uid, { pod: { ...pod, mounts: [] }, reaches });
  }

  #drop(object: unknown): void {
    const uid = textOf(fieldsOf(fieldsOf(object).metadata).uid) ?? "";
    this.#consumers.delete(uid);
    this.#running.delete(uid);
  }

  get #ofThisNode(): Record<string, string> {
    return { fieldSelector: `spec.nodeName=${this.#options.node}` };
  }
}
