import type { Config } from "../../agent/core/config/config.ts";
import type { Trace } from "../../agent/core/trace.ts";
import { Keeper } from "../../agent/keeper/loop.ts";
import type { KeeperStatus, News, Order } from "../../agent/keeper/messages.ts";
import type { KeeperOptions } from "../../agent/keeper/options.ts";
import type { Directory, FileSystem } from "../fakes/machine/file-system.ts";
import type { Machine } from "../fakes/machine/machine.ts";
import { Prober } from "../fakes/machine/prober.ts";
import type { Process } from "../fakes/machine/process.ts";
import { say } from "./say.ts";

export interface AgentOptions {
  machine: Machine;
  name: string;
  config: Config;
  perform?: KeeperOptions["perform"];
}

/** One agent on a machine: the real keeper, with stand-ins for the main thread and the volume children. */
export class Agent {
  readonly name: string;
  readonly process: Process;
  readonly keeper: Keeper;
  config: Config;
  /** Everything it posted but heartbeats and `heard`. */
  posted: News[] = [];
  traces: Trace[] = [];
  status: KeeperStatus[] = [];
  /** What its volume children found usable, by target, the latest last. */
  readonly usable = new Map<string, Directory[]>();
  /** Probes in a row that gave no answer, by target, and the file system that the last one hangs on. */
  readonly overdue = new Map<string, number>();
  readonly hangsOn = new Map<string, FileSystem | undefined>();
  beats: number[] = [];
  /** What the last release has left, once one was ordered. */
  left: string[] | null = null;
  /** It was told to leave, and has done what cannot wait. */
  isLeaving = false;
  restartNeeded: string | null = null;
  alive = true;
  readonly #machine: Machine;
  #orders: Order[] = [];
  #probers = new Map<string, Prober>();
  #said = 0;

  constructor({ machine, name, config, perform }: AgentOptions) {
    this.#machine = machine;
    this.name = name;
    this.config = config;
    this.process = machine.start(name);
    const post = (news: News): void => this.#hear(news);
    const agent = { instance: config.kubernetes.instance, holder: name };
    const { kernel } = this.process;
    this.keeper = new Keeper({ kernel, agent, config, post, ...(perform && { perform }) });
    this.#configureProbers();
  }

  order(order: Order): void {
    this.#note(order);
    this.#orders.push(order);
    this.process.signalled = true;
  }

  #note(order: Order): void {
    if (order.kind === "report") {
      this.overdue.delete(order.target);
      this.hangsOn.delete(order.target);
    }
    if (order.kind !== "probeOverdue") return;
    this.overdue.set(order.target, (this.overdue.get(order.target) ?? 0) + 1);
    const mount = this.config.mounts.find(({ target }) => target === order.target);
    if (order.stuck === null || mount?.onHang !== "abort") {
      this.hangsOn.delete(order.target);
      return;
    }
    const source = mount.source ?? "";
    const device = order.stuck.examines ?? this.#machine.sources.get(source)?.directory.fileSystem.superDevice;
    const found = this.#machine.allFileSystems().find(({ superDevice }) => superDevice === device);
    // A child that is stuck on its way to what was asked before hangs where it did.
    if (found) this.hangsOn.set(order.target, found);
  }

  configure(config: Config): void {
    this.config = config;
    this.overdue.clear();
    this.order({ kind: "configure", config });
    this.#configureProbers();
  }

  /** Asks for a probe of everything now. */
  probe(): void {
    for (const prober of this.#probers.values()) prober.probe();
  }

  /** Lets the volume children do what is due. */
  pollProbers(): void {
    for (const prober of this.#probers.values()) prober.poll();
  }

  get isDue(): boolean {
    return this.process.mountsChanged || this.#orders.length > 0 || this.keeper.wakeInMs() <= 0;
  }

  /** When it wants to do something next by itself. */
  get nextAt(): number {
    const probes = [...this.#probers.values()].map(({ nextAt }) => nextAt);
    return Math.min(this.#machine.nowMs + this.keeper.wakeInMs(), ...probes);
  }

  step(): void {
    this.keeper.step(() => this.#orders.splice(0));
  }

  /** SIGKILL. */
  kill(): void {
    this.alive = false;
    for (const prober of this.#probers.values()) prober.end();
    this.process.end();
  }

  /** What it has said since it was asked last. */
  said(): string[] {
    const fresh = this.traces.slice(this.#said);
    this.#said = this.traces.length;
    return fresh.map(say);
  }

  /** `dumps Healthy/Verified` for each mount. */
  conditions(): string[] {
    return this.status.map(({ name, condition }) => `${name} ${condition.state}/${condition.reason}`);
  }

  toString(): string {
    return `${this.name}: ${this.conditions().join(", ")}`;
  }

  #hear(news: News): void {
    switch (news.kind) {
      case "heard":
        this.#probers.get(news.target)?.heard(news.pid);
        return;
      case "beat":
        this.beats.push(news.number);
        return;
      case "probe":
        this.#probers.get(news.target)?.probe();
        break;
      case "rescue":
        this.#probers.get(news.target)?.rescue(news.order);
        break;
      case "status":
        this.status = news.mounts;
        break;
      case "traces":
        this.traces.push(...news.traces);
        break;
      case "restartNeeded":
        this.restartNeeded = news.why;
        break;
      case "leaving":
        this.isLeaving = true;
        break;
      case "released":
        this.left = news.left;
        break;
    }
    this.posted.push(news);
  }

  #configureProbers(): void {
    const { mounts, monitor } = this.config;
    const before = this.#probers;
    this.#probers = new Map();
    for (const mount of mounts) {
      const options = {
        machine: this.#machine,
        mount,
        otherMounts: mounts.map(({ name }) => name).filter((name) => name !== mount.name),
        monitor,
        order: (order: Order) => this.order(order),
        onUsable: (directory: Directory) => this.#noteUsable(mount.target, directory),
      };
      const known = before.get(mount.target);
      known?.reconfigure(options);
      this.#probers.set(mount.target, known ?? new Prober(options));
      before.delete(mount.target);
    }
    for (const prober of before.values()) prober.end();
  }

  #noteUsable(target: string, directory: Directory): void {
    this.usable.set(target, [...(this.usable.get(target) ?? []), directory]);
  }
}
