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
    // A no becomes a yes only when somebody changes permissions.
    const pace = reply.kind === "refused" ? { minMs: backoff.maxMs / 2, maxMs: backoff.maxMs * 10 } : backoff;
    const delay = delayAfter(pace, this.#failures) * (0.5 + random());
    // Nobody is bound to a wish for an hour.
    const wanted = reply.kind === "silent" ? Math.min(reply.retryAfterMs ?? 0, 2 * backoff.maxMs) : 0;
    this.#retryAt = now + Math.max(delay, wanted);
    if (this.#told || (reply.kind === "silent" && (onlyRefusals || this.#failures === 1))) return;
    this.#told = true;
    tell({ kind: "kubernetesFailing", part, why: reply.why });
  }
}
