import { join } from "node:path";
import type { MountEntry } from "../../../agent/core/mountinfo/parse.ts";
import { Agent, type AgentOptions, configFor, testBuild } from "../../kernel/harness/agent.ts";
import type { Consumer } from "../../kernel/harness/consumer.ts";
import type { FuseVolume } from "../../kernel/harness/fuse.ts";
import { Machine } from "../../kernel/harness/machine.ts";
import type { Place } from "../../kernel/harness/place.ts";
import { messageOf } from "../../kernel/harness/until.ts";
import type { Foreign } from "../../kernel/scenarios/foreign.ts";
import type { Dice } from "./dice.ts";
import type { MountName, Trouble } from "./trouble.ts";

const RECORD = 11;
const monitor = { interval: "250ms", timeout: "240ms", failures: 2 };

export interface WalkMount {
  name: MountName;
  source: string;
  target: string;
  isRight(entry: MountEntry): boolean;
}

/**
 * Where the walk goes: a node with two mounts, one of a directory in a tmpfs and one of a FUSE volume, an agent that holds
 * them, and three consumers.
 */
export class World implements Disposable {
  readonly machine: Machine;
  readonly fuse: FuseVolume;
  readonly dice: Dice;
  readonly mounts: Record<MountName, WalkMount>;
  readonly foreign: Foreign[] = [];
  troubles: Trouble[] = [];
  /** A peer of the machine: the host, beside whose agent we live. */
  host: Place;
  agent!: Agent;
  /** A fault point may end the agent at any time. */
  mayDie = false;
  /** How often it ended by a fault point, and was started again. */
  deaths = 0;
  heals: number[] = [];
  lostBytes = 0;
  /** Mounts of the machine while nothing is wrong. */
  baseline = 0;
  /** What reloads change without any effect on a mount. */
  inodes = 10;
  #consumers: { consumer: Consumer; elsewhere: () => string[] }[] = [];

  private constructor(machine: Machine, host: Place, fuse: FuseVolume, dice: Dice) {
    this.machine = machine;
    this.host = host;
    this.fuse = fuse;
    this.dice = dice;
    this.mounts = {
      dumps: {
        name: "dumps",
        source: join(machine.source, "app"),
        target: machine.target,
        isRight: ({ source, root }) => source === "scratch" && root === "/app",
      },
      heaps: {
        name: "heaps",
        source: join(machine.root, "volumes/heaps"),
        target: join(machine.parent, "heaps"),
        isRight: ({ fsType }) => fsType.startsWith("fuse"),
      },
    };
  }

  static async start(dice: Dice): Promise<World> {
    const machine = await Machine.start({ size: "64m" });
    await machine.sh(`mkdir -m 1777 "$1"/app; mkdir "$1"/graves`, { args: [machine.source] });
    const fuse = await machine.fuse(join(machine.root, "volumes/heaps"));
    const world = new World(machine, await machine.peer(), fuse, dice);
    await world.startAgent();
    for (const name of ["dumps", "heaps"] as const) await world.agent.until("Healthy", name);
    world.baseline = machine.mountCount();
    await world.startConsumers();
    return world;
  }

  /** The graves of deleted sources, and the homes of foreign mounts: consumers wrote there while that was on top. */
  get elsewhere(): string[] {
    return [join(this.machine.source, "graves"), ...this.foreign.map(({ home }) => home)];
  }

  troublesOf(name: MountName): Trouble[] {
    return this.troubles.filter(({ mounts }) => mounts.includes(name));
  }

  isClear(...names: MountName[]): boolean {
    return names.every((name) => this.troublesOf(name).length === 0);
  }

  configuration(names: readonly MountName[] = ["dumps", "heaps"]): AgentOptions {
    const { dumps, heaps } = this.mounts;
    const all = {
      dumps: { name: "dumps", source: dumps.source, target: dumps.target, minFree: { inodes: this.inodes } },
      heaps: { name: "heaps", source: heaps.source, target: heaps.target, onForeign: "replace" },
    };
    return { config: { monitor, mounts: names.map((name) => all[name]) } };
  }

  /** The configuration of the moment: what troubles have taken out of it is not in it. */
  get current(): AgentOptions {
    const isOut = (name: MountName) =>
      this.troublesOf(name).some(({ kind }) => kind === "removed from the configuration");
    return this.configuration((["dumps", "heaps"] as const).filter((name) => !isOut(name)));
  }

  /** With a fault it may be dead before it listens: then the next one is started without. */
  async startAgent(fault?: string): Promise<void> {
    const options = { binary: testBuild, ...this.current };
    this.mayDie = fault !== undefined && !/:\d+$/.test(fault);
    if (fault === undefined) {
      this.agent = await Agent.start(this.machine, options);
      return;
    }
    try {
      this.agent = await Agent.start(this.machine, { ...options, env: { MOORING_FAULT: fault } });
    } catch (error) {
      if (!this.mayDie) throw error;
      this.deaths += 1;
      await this.startAgent();
    }
  }

  /** What the agent of this life healed is counted when it ends. */
  async endAgent(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const begin = performance.now();
    const ending = await this.agent.end(signal);
    const took = performance.now() - begin;
    this.countHeals(this.agent);
    if (this.mayDie) return;
    if (ending !== (signal === "SIGTERM" ? 0 : signal)) throw new Error(`after ${signal} it ended with ${ending}`);
    if (took > 2500) throw new Error(`it took ${Math.round(took)} ms to end after ${signal}`);
  }

  /** Starts the next agent where a fault point has ended the last one. */
  async revive(): Promise<void> {
    if (this.agent.program.ending === null) return;
    if (!this.mayDie) throw new Error(`the agent ended by itself: ${JSON.stringify(this.agent.program.ending)}`);
    this.deaths += 1;
    this.countHeals(this.agent);
    await this.startAgent();
  }

  countHeals({ program }: Agent): void {
    for (const { event, how, durationMs } of program.log)
      if (event === "attached" && how === "healed") this.heals.push(Number(durationMs));
  }

  /** Gives the agent the configuration of the moment and waits until it has taken that over, or is gone. */
  async reconfigure(): Promise<void> {
    const loaded = async () => (await this.agent.status()).config.loadedAt;
    const before = await loaded().catch(() => "");
    await this.machine.write(this.agent.configPath, configFor(this.machine, this.current));
    this.agent.program.kill("SIGHUP");
    await this.agent.program
      .until(async () => (await loaded()) !== before, { what: "the configuration to be taken over" })
      .catch(async (error: unknown) => {
        if (this.agent.program.ending === null || !this.mayDie) throw error;
        await this.revive();
      });
  }

  async startConsumers(): Promise<void> {
    const { dumps, heaps } = this.mounts;
    const add = async (options: Parameters<Machine["consumer"]>[0], source: string) => {
      const consumer = await this.machine.consumer(options);
      this.#consumers.push({ consumer, elsewhere: () => [source, ...this.elsewhere] });
    };
    await add({ path: dumps.target, every: "2ms" }, dumps.source);
    await add({ path: dumps.target, every: "2ms", keepOpen: true, uid: 1000 }, dumps.source);
    await add({ path: heaps.target, every: "5ms" }, heaps.source);
  }

  /** Ends them, counts what they lost, and clears away what they wrote: files do not grow for ever, and a loss is near. */
  async settleAccounts(): Promise<void> {
    for (const { consumer, elsewhere } of this.#consumers) {
      const { count, ranges } = await consumer.lost(elsewhere());
      if (count > 0) console.error(`lost: ${JSON.stringify(ranges)}`);
      this.lostBytes += count * RECORD;
      consumer.place[Symbol.dispose]();
    }
    this.#consumers = [];
    await this.machine.sh(`rm -rf "$1"/graves; mkdir "$1"/graves; shift; find "$@" -name 'consumer-*' -delete`, {
      args: [this.machine.source, this.mounts.dumps.source, this.mounts.heaps.source],
    });
  }

  /** A private look at what lies under a mount. */
  async under<T>(name: MountName, look: (place: Place, directory: string) => Promise<T>): Promise<T> {
    const { target } = this.mounts[name];
    using below = await this.machine.below(target);
    return await look(below, target);
  }

  /** What was done to the mounts of others that are still there, or to all that ever were. */
  async harm(which: "there" | "all"): Promise<string[]> {
    const found: string[] = [];
    for (const foreign of this.foreign) {
      if (which === "there" && !foreign.isThere()) continue;
      const harm = await foreign.harm();
      if (harm !== null) found.push(harm);
    }
    return found;
  }

  async lastWords(): Promise<string> {
    const { lines, errors, ending } = this.agent.program;
    const status = ending
      ? JSON.stringify(ending)
      : await this.agent.get("/readyz").then(({ body }) => body, messageOf);
    return [...lines.slice(-15), ...errors.slice(-15), status].join("\n");
  }

  [Symbol.dispose](): void {
    this.machine[Symbol.dispose]();
  }
}
