import type { MarkKeys } from "../core/report/marks.ts";
import type { NodeView } from "../core/report/node-view.ts";
import { type Author, type Holder, holderOf } from "../core/report/ownership.ts";
import type { TraceBody } from "../core/trace.ts";

export interface MarksHolderOptions {
  keys: MarkKeys;
  author: Author;
  /** Whether that agent's pod still is on this node; null when it cannot be known. */
  isLive(holder: Holder): boolean | null;
  /** How long another instance may be away before its names are taken over, milliseconds. */
  takeOverMs: number;
  tell(trace: TraceBody): void;
}

/** Whom label and condition of the node belong to: the first of several agents with the same names. */
export class MarksHolder {
  readonly #options: MarksHolderOptions;
  readonly #goneSince = new Map<string, number>();
  #other: Holder | null = null;

  constructor(options: MarksHolderOptions) {
    this.#options = options;
  }

  get isUs(): boolean {
    return this.#other === null;
  }

  look(view: NodeView): void {
    const { keys, author, tell } = this.#options;
    const before = this.#other;
    this.#other = holderOf(view, keys, author, (holder) => this.#counts(holder));
    const { instance = null, pod = null } = this.#other ?? {};
    if (instance !== null && instance !== before?.instance)
      tell({
        kind: "nodeMarksHeld",
        holder: `${instance} (pod ${pod ?? "unknown"})`,
        names: [keys.label, keys.condition],
      });
  }

  /** An agent that is being replaced is away for a moment and keeps its names. */
  #counts(holder: Holder): boolean {
    const { isLive, takeOverMs } = this.#options;
    if (isLive(holder) !== false) {
      this.#goneSince.delete(holder.instance);
      return true;
    }
    const now = performance.now();
    const since = this.#goneSince.get(holder.instance) ?? now;
    this.#goneSince.set(holder.instance, since);
    return now - since < takeOverMs;
  }
}
