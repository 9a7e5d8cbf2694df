import { join } from "node:path";
import type { MountEntry } from "../../../agent/core/mountinfo/parse.ts";
import { Agent, type AgentOptions, configFor, testBuild } from "../../kernel/harness/agent.ts";
import type { FuseVolume } from "../../kernel/harness/fuse.ts";
import { Machine } from "../../kernel/harness/machine.ts";
import type { Place } from "../../kernel/harness/place.ts";
import { messageOf, until } from "../../kernel/harness/until.ts";
import { Accounts } from "./accounts.ts";
import type { Dice } from "./dice.ts";
import type { MountName, Trouble } from "./trouble.ts";

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
  readonly accounts: Accounts;
  troubles: Trouble[] = [];
  /** A peer of the machine: the host, beside whose agent we live. */
  host: Place;
  agent!: Agent;
  /** The agent may end at any time, between two steps. */
  mayDie = false;
  /** How often it ended between two steps, and was started again. */
  deaths = 0;
  heals: number[] = [];
  /** Mounts of the machine while nothing is wrong. */
  baseline = 0;
  /** What reloads change without any effect on a mount. */
  inodes = 10;

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
    this.accounts = new Accounts(machine, this.mounts);
  }

  static async start(dice: Dice): Promise<World> {
    const machine = await Machine.start({ size: "64m" });
    await machine.sh(`mkdir -m 1777 "$1"/app; mkdir "$1"/graves`, { args: [machine.source] });
    const fuse = await machine.fuse(join(machine.root, "volumes/heaps"));
    const world = new World(machine, await machine.peer(), fuse, dice);
    await world.startAgent();
    for (const name of ["dumps", "heaps"] as const) await world.agent.until("Healthy", name);
    world.baseline = machine.mountCount();
    await world.accounts.open();
    return world;
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

  /** With something that may end it, it may be dead before it listens: then the next one is started without. */
  async startAgent({ env, mayDie = false }: { env?: Record<string, string>; mayDie?: boolean } = {}): Promise<void> {
    this.mayDie = mayDie;
    try {
      this.agent = await Agent.start(this.machine, { binary: testBuild, ...this.current, ...(env && { env }) });
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

  /** Starts the next agent where the last one has been ended between two steps. */
  async revive(): Promise<void> {
    if (this.agent.program.ending === null) return;
    if (!this.mayDie) throw new Error(`the agent ended by itself: ${JSON.stringify(this.agent.program.ending)}`);
    this.deaths += 1;
    this.countHeals(this.agent);
    await this.startAgent();
  }

  /** Waits, whether the agent lives or has to be started again meanwhile. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const look = async () => {
      await this.revive();
      return condition();
    };
    await until(look, { what, every: 20, deadline: 20_000 });
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

  /** A private look at what lies under a mount. */
  async under<T>(name: MountName, look: (place: Place, directory: string) => Promise<T>): Promise<T> {
    const { target } = this.mounts[name];
    using below = await this.machine.below(target);
    return await look(below, target);
  }

  /** How many entries lie in the bare directory. */
  async shadowed(name: MountName): Promise<number> {
    const list = `find "$1" -mindepth 1 | wc -l`;
    return Number(await this.under(name, (below, directory) => below.sh(list, { args: [directory] })));
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
