import type { Trace, TraceBody } from "../core/trace.ts";
import type { KeeperStatus, News } from "./messages.ts";
import type { Kernel } from "./port.ts";

const TRACES_PER_PASS = 1000;

/** What the keeper has to say, gathered in a pass and posted at its end; a status only when it is another one. */
export class Voice {
  /** Of the current pass; stands on every trace. */
  pass = 0;
  readonly #kernel: Kernel;
  readonly #post: (news: News) => void;
  #traces: Trace[] = [];
  #dropped = 0;
  #posted = "";

  constructor(kernel: Kernel, post: (news: News) => void) {
    this.#kernel = kernel;
    this.#post = post;
  }

  readonly tell = (body: TraceBody): void => {
    if (this.#traces.length < TRACES_PER_PASS) this.#traces.push(this.#dated(body));
    else this.#dropped += 1;
  };

  speak(mounts: KeeperStatus[]): void {
    if (this.#dropped > 0) this.#traces.push(this.#dated({ kind: "tracesDropped", count: this.#dropped }));
    if (this.#traces.length > 0) this.#post({ kind: "traces", traces: this.#traces });
    this.#traces = [];
    this.#dropped = 0;
    const text = JSON.stringify(mounts, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    if (text === this.#posted) return;
    this.#posted = text;
    this.#post({ kind: "status", mounts });
  }

  #dated(body: TraceBody): Trace {
    return { ...body, at: this.#kernel.wallMs(), pass: this.pass };
  }
}
