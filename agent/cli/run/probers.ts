import type { Config, Directory, Mount } from "../../core/config/config.ts";
import type { TraceBody } from "../../core/trace.ts";
import type { Order } from "../../keeper/messages.ts";
import { monotonicMs } from "../../kernel/clock.ts";
import type { Self } from "../../volume/child-process.ts";
import { Prober, type ProberOptions } from "../../volume/prober.ts";
import type { VolumeRequest } from "../../volume/request.ts";
import { syncVolume } from "../../volume/sync.ts";
import { Rescues } from "./rescues.ts";

export interface ProbersOptions {
  self: Self;
  instance: string;
  node: string;
  order(order: Order): void;
  tell(trace: TraceBody): void;
}

/** For a child whose connection was just aborted to end. */
const STUCK_MS = 100;

/** One prober per configured target; that of a target which left stays until its child, which may be stuck, has ended. */
export class Probers {
  /** Whoever wants a rescue of shadowed files asks for it here. */
  readonly rescues = new Rescues((target) => this.at(target));
  readonly #options: ProbersOptions;
  #running = new Map<string, { asked: string; prober: Prober }>();
  #leaving = new Map<string, Prober>();
  #requested: ReadonlyMap<string, readonly Directory[]> = new Map();

  constructor(options: ProbersOptions) {
    this.#options = options;
  }

  configure(config: Config): void {
    const before = this.#running;
    this.#running = new Map();
    for (const mount of config.mounts) {
      const request = this.#requestFor(mount, config);
      const asked = JSON.stringify([request, config.monitor]);
      const known = before.get(mount.target);
      before.delete(mount.target);
      const returning = this.#leaving.get(mount.target);
      const prober = known?.prober ?? returning ?? new Prober(this.#optionsFor(request, config));
      this.#running.set(mount.target, { asked, prober });
      if (prober === returning) prober.resume(this.#optionsFor(request, config));
      else if (known?.asked !== asked) prober.reconfigure(this.#optionsFor(request, config));
    }
    for (const { prober } of before.values()) prober.stop();
    const stopped = [...before].map(([target, { prober }]) => [target, prober] as const);
    const left = [...this.#leaving, ...stopped].filter(([target, { busy }]) => busy && !this.#running.has(target));
    this.#leaving = new Map(left);
  }

  /** Directories that pods ask for from now on, by the name of the mount. */
  request(requested: ReadonlyMap<string, readonly Directory[]>, config: Config): void {
    this.#requested = requested;
    this.configure(config);
  }

  at(target: string): Prober | null {
    return this.#running.get(target)?.prober ?? null;
  }

  /** A child of one of these mounts has not answered in time. */
  isStuck(mounts: readonly Mount[]): boolean {
    return mounts.some(({ target }) => this.at(target)?.status.probe.stuckForMs != null);
  }

  /**
   * Ends the probing, then writes out what the volumes of these targets have in memory: where a child is stuck already,
   * no second one is started. Takes no longer than `withinMs`.
   */
  async sync(targets: readonly string[], withinMs: number): Promise<void> {
    this.stop();
    const until = monotonicMs() + withinMs;
    const left = (): number => Math.max(0, until - monotonicMs());
    await Promise.all(
      targets.map(async (target) => {
        const running = this.#running.get(target);
        if (!running) return;
        const { prober } = running;
        // One that was aborted a moment ago is let go of soon; any other stuck one is not worth the wait.
        const patience = prober.status.probe.stuckForMs === null ? left() : Math.min(left(), STUCK_MS);
        await Promise.race([prober.ended(), Bun.sleep(patience)]);
        const { busy, mount } = prober;
        const why = busy ? "it does not answer" : await syncVolume(this.#options.self, target, left());
        if (why !== null) this.#options.tell({ kind: "syncFailed", mount, why });
      }),
    );
  }

  stop(): void {
    for (const { prober } of this.#running.values()) prober.stop();
  }

  #requestFor(mount: Mount, { mounts }: Config): VolumeRequest {
    const { instance, node } = this.#options;
    const otherMounts = mounts.map(({ name }) => name).filter((name) => name !== mount.name);
    const requested = this.#requested.get(mount.name) ?? [];
    return { mount, instance, node, otherMounts, requested };
  }

  #optionsFor(request: VolumeRequest, { monitor }: Config): ProberOptions {
    const { self, order, tell } = this.#options;
    const { target } = request.mount;
    return {
      self,
      request,
      monitor,
      now: monotonicMs,
      onReport: (pid, report) => order({ kind: "report", target, pid, report }),
      onSilence: (stuck) => order({ kind: "probeOverdue", target, stuck }),
      onSign: () => order({ kind: "probeAlive", target }),
      tell,
    };
  }
}
