import { type Backoff, delayAfter } from "../core/backoff.ts";
import type { KubernetesPart, TraceBody } from "../core/trace.ts";
import type { Reply } from "./api.ts";

export interface DifficultyOptions {
  part: KubernetesPart;
  backoff: Backoff;
  /** Silence is told by another part that asks the same server. */
  onlyRefusals?: true;
  /** From 0 to 1, for jitter: a thousand agents must not come back in the same second. */
  random(): number;
  tell(trace: TraceBody): void;
}

/** Counts failures in a row, says when to try again, and tells once that it fails and once that it works again. */
export class Difficulty {
  readonly #options: DifficultyOptions;
  #failures = 0;
  #since = 0;
  #told = false;
  #retryAt = 0;

  constructor(options: DifficultyOptions) {
    this.#options = options;
  }

  /** It failed often enough to be told: not one reset connection. */
  get persists(): boolean {
    return this.#told;
  }

  get retryInMs(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#retryAt - performance.now());
  }

  worked(): void {
    const { part, tell } = this.#options;
    if (this.#told) tell({ kind: "kubernetesBack", part, afterMs: performance.now() - this.#since });
    this.#failures = 0;
    this.#told = false;
  }

  failed(reply: Exclude<Reply, { kind: "ok" }>): void {
    const { part, backoff, random, tell, onlyRefusals = false } = this.#options;
    const now = performance.now();
    if (this.#failures === 0) this.#since = now;
    this.#failures += 1;
    const delay = delayAfter(backoff, this.#failures) * (0.5 + random());
    const wanted = reply.kind === "silent" ? (reply.retryAfterMs ?? 0) : 0;
    // A no will not become a yes in a second, nor is anybody bound to a wish for an hour.
    const least = reply.kind === "refused" ? backoff.maxMs / 2 : Math.min(wanted, 2 * backoff.maxMs);
    this.#retryAt = now + Math.max(delay, least);
    if (this.#told || (reply.kind === "silent" && (onlyRefusals || this.#failures === 1))) return;
    this.#told = true;
    tell({ kind: "kubernetesFailing", part, why: reply.why });
  }
}
