import { version } from "../../core/build.ts";
import { serves } from "../../core/condition.ts";
import type { Config, Mount } from "../../core/config/config.ts";
import type { MountStatus, ProbeStatus, Space, Status } from "../../core/status.ts";
import type { KeeperStatus } from "../../keeper/messages.ts";

export interface LedgerOptions {
  config: Config;
  configPath: string | null;
  kernel: Status["kernel"];
  /** The probes' share of a mount's status, by target. */
  probed(target: string): { probe: ProbeStatus; space: Space | null } | null;
  /** The pods that use a mount, by its name; null while nobody knows. */
  consumers(mount: string): readonly string[] | null;
}

/** Keeps what every part last said, and makes the one Status of it. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #startedAt = new Date().toISOString();
  #config: Config;
  #loadedAt = this.#startedAt;
  #rejected: string[] = [];
  #kept = new Map<string, KeeperStatus>();
  #dead: string | null = null;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  configured(config: Config): void {
    this.#config = config;
    this.#loadedAt = new Date().toISOString();
    this.#rejected = [];
  }

  configRejected(problems: string[]): void {
    this.#rejected = problems;
  }

  kept(mounts: KeeperStatus[]): void {
    this.#kept = new Map(mounts.map((mount) => [mount.target, mount]));
  }

  /** From now on nothing is known any more. */
  keeperDied(why: string): void {
    this.#dead = why;
  }

  status(): Status {
    const mounts = this.#config.mounts.map((mount) => this.#mountStatus(mount));
    const { nodeName, podName } = this.#config.kubernetes;
    return {
      version,
      instance: this.#options.config.kubernetes.instance,
      node: nodeName,
      pod: podName,
      startedAt: this.#startedAt,
      ready: mounts.every(({ condition, attached, verified }) => serves(condition.state) && attached && verified),
      kernel: this.#options.kernel,
      config: { path: this.#options.configPath, loadedAt: this.#loadedAt, rejected: this.#rejected },
      mounts,
    };
  }

  #mountStatus(mount: Mount): MountStatus {
    const kept = this.#kept.get(mount.target) ?? unseen(mount);
    const { probe, space } = this.#options.probed(mount.target) ?? { probe: unprobed, space: null };
    const consumers = this.#options.consumers(mount.name);
    if (this.#dead === null) return { ...kept, probe, space, consumers };
    const message = `the keeper died: ${this.#dead}`;
    const condition = { ...kept.condition, state: "Unknown" as const, reason: "KeeperDied" as const, message };
    return { ...kept, attached: false, verified: false, condition, probe, space, consumers };
  }
}

const unprobed: ProbeStatus = { lastAt: null, durationMs: null, failures: 0, stuckForMs: null };

const unseen = ({ name, target, hostPath, source }: Mount): KeeperStatus => ({
  name,
  target,
  hostPath,
  source,
  condition: {
    mount: name,
    state: "Unknown",
    reason: "NotYetVerified",
    message: "not looked at yet",
    since: Date.now(),
  },
  attached: false,
  verified: false,
  identity: null,
  options: [],
  stackDepth: 0,
  bareDirectory: null,
  rescue: null,
});
