import type { Config } from "../../core/config/config.ts";
import type { TraceBody } from "../../core/trace.ts";
import type { KeeperLink } from "../../keeper/link.ts";
import type { News } from "../../keeper/messages.ts";
import type { Kubernetes } from "../../kubernetes/start.ts";
import { depart } from "./departure.ts";
import type { Ledger } from "./ledger.ts";
import type { Probers } from "./probers.ts";
import { purgeBareDirectories } from "./purge.ts";

/** The parts of the agent that have something to do when it ends. */
export interface Parts {
  keeper: KeeperLink;
  probers: Probers;
  ledger: Ledger;
  tell(trace: TraceBody): void;
}

/** Takes the parts of the agent through its departure: orders the keeper, and hears from it what is done. */
export class Leaving {
  readonly #parts: Parts;
  readonly #aborted = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<string[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  hear(news: Extract<News, { kind: "released" | "leaving" }>): void {
    if (news.kind === "leaving") this.#aborted.resolve();
    else if (news.left.length === 0) this.#released.resolve([]);
  }

  /** Resolves to the exit code. */
  go(signal: string, config: Config, kubernetes: Kubernetes | null, allow: (ms: number) => void): Promise<number> {
    const { probers, tell } = this.#parts;
    return depart({
      signal,
      config,
      kubernetes,
      abortWhatHangs: (withinMs) => this.#abortWhatHangs(config, withinMs),
      sync: (withinMs) => probers.sync(this.#attached(), withinMs),
      release: (withinMs) => this.#release(config, withinMs),
      purge: () => purgeBareDirectories(config, tell),
      stopProbing: () => probers.stop(),
      allow,
      tell,
    });
  }

  async #abortWhatHangs({ mounts }: Config, withinMs: number): Promise<void> {
    const { keeper, probers } = this.#parts;
    if (!probers.isStuck(mounts.filter(({ onHang }) => onHang === "abort"))) return;
    keeper.order({ kind: "leave" });
    await Promise.race([this.#aborted.promise, Bun.sleep(withinMs)]);
  }

  /** Targets on which our own mount is on top. */
  #attached(): string[] {
    const { mounts } = this.#parts.ledger.status();
    return mounts.filter(({ attached, source }) => attached && source !== null).map(({ target }) => target);
  }

  /** Targets on which something of ours is still mounted; all of them while the keeper has not let go of each. */
  async #release({ mounts }: Config, withinMs: number): Promise<string[]> {
    this.#parts.keeper.order({ kind: "release" });
    const late = Bun.sleep(withinMs).then(() => mounts.map(({ target }) => target));
    return await Promise.race([this.#released.promise, late]);
  }
}
