import type { ActionKind } from "../../../agent/core/action.ts";
import type { Config } from "../../../agent/core/config/config.ts";
import { act } from "../../../agent/keeper/act.ts";
import { KernelError } from "../../../agent/kernel/error.ts";
import type { Mount } from "../../fakes/machine/mount.ts";
import type { Agent } from "../agent.ts";
import { World } from "../world.ts";
import { checkEnd, checkOrphans, checkRelease } from "./end.ts";
import type { Event, Plan, Step } from "./events.ts";
import { claimOf, happenings, mountClaim, names, otherClaimOf, parentOf, pathOf, typeOf } from "./happen.ts";
import { checkChange, checkPace, checkStep, type Doing, type Failure } from "./invariants.ts";
import { configFor } from "./wishes.ts";

const MINUTE = 60_000;

/** Lets everything of a plan happen to two mounts, and checks at every step and in the end that the promises hold. */
export class Walk {
  readonly world = new World();
  readonly #perform: typeof act;
  readonly #plan: Plan;
  #config: Config;
  #doing: Doing | null = null;
  /** Mounts that agents made of a source. */
  readonly #ours = new Set<Mount>();
  #done: ActionKind[] = [];
  #failures: Failure[] = [];

  /** `perform` carries the actions out: the real executors, or one that is broken. */
  constructor(plan: Plan, perform: typeof act = act) {
    this.#plan = plan;
    this.#perform = perform;
    this.#config = configFor(plan.mounts);
    const { machine, people } = this.world;
    machine.beneath = plan.beneath;
    machine.reusesIds = plan.reusesIds;
    machine.setsFlags = plan.setsFlags;
    machine.onChange((change) => checkChange(this.world, this.#ours, this.#doing, change));
    for (const index of [0, 1]) {
      machine.makeParent(parentOf(index));
      const root = mountClaim(this.world, index);
      people.mountClaim(otherClaimOf(index), typeOf(index));
      if (plan.mounts[index]?.watched && people.makeBare(pathOf(index))) people.mount(pathOf(index), root);
    }
    this.#start("one");
    this.#pass(0);
  }

  /** Throws what went wrong, after the steps that led there. */
  run(): void {
    for (const step of this.#plan.steps) this.#take(step);
    this.#makeGood();
    this.#pass(5 * MINUTE);
    const [agent] = this.world.agents;
    if (!agent) throw new Error("one agent is left");
    checkEnd(this.world, this.#ours, agent);
    checkOrphans(this.world, this.#ours, agent);
    this.#rest(agent);
    agent.left = [];
    agent.order({ kind: "release" });
    this.#pass(MINUTE);
    checkRelease(this.world, this.#ours, agent);
  }

  #take({ event, waitMs }: Step): void {
    this.#let(event);
    if (waitMs !== null) this.#pass(waitMs);
  }

  #let(event: Event): void {
    const { world } = this;
    const [first] = world.agents;
    switch (event.kind) {
      case "kill":
        if (first) world.kill(first);
        return;
      case "killAll":
        for (const agent of world.agents) world.kill(agent);
        return;
      case "start":
        if (world.agents.length === 0) this.#start("one");
        return;
      case "startSecond":
        if (world.agents.length === 1) this.#start(first?.name === "two" ? "one" : "two");
        return;
      case "probe":
        for (const agent of world.agents) agent.probe();
        for (const agent of world.agents) agent.pollProbers();
        return;
      case "configure":
        this.#configure(configFor(event.mounts));
        return;
      case "race":
        world.machine.faults.race(event.call, () => happenings[event.happening](world, event.target), event.skip);
        return;
      case "fail":
        world.machine.faults.fail(event.call, event.code, event.times, event.skip);
        return;
      default:
        happenings[event.kind](world, event.target);
    }
  }

  /** A mount that comes back into the configuration is tried at once, whatever failed before it left. */
  #configure(next: Config): void {
    const stays = ({ target }: Failure): boolean =>
      [this.#config, next].every(({ mounts }) => mounts.some((mount) => mount.target === target));
    this.#failures = this.#failures.filter(stays);
    this.#config = next;
    for (const agent of this.world.agents) agent.configure(next);
  }

  #start(name: string): void {
    const perform: typeof act = (scene, action) => {
      this.#doing = { agent, action, mount: scene.berth.mount };
      this.#done.push(action.kind);
      try {
        return this.#perform(scene, action);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        const { kernel, berth } = scene;
        const { target } = berth.mount;
        this.#failures.push({ agent, action: action.kind, target, code: error.code, at: kernel.monotonicMs() });
        throw error;
      } finally {
        this.#doing = null;
      }
    };
    const agent = this.world.start(name, this.#config, perform);
  }

  /** Lets time go by. An agent that asks for a new container gets one, with the parents of today. */
  #pass(ms: number): void {
    const { world } = this;
    world.run(ms, (agent) => checkStep(world, agent));
    for (const agent of world.agents) {
      checkPace(agent, this.#failures);
      if (agent.restartNeeded === null) continue;
      world.kill(agent);
      for (const index of [0, 1]) {
        const parent = world.machine.parents.get(parentOf(index));
        if (parent?.root !== parentOf(index)) world.people.replaceParent(parentOf(index));
      }
      this.#start(agent.name);
      this.#pass(ms);
    }
  }

  /** Everything is as it should be again, but for mounts that people may have left on a target. */
  #makeGood(): void {
    const { machine, people, agents } = this.world;
    machine.faults.clear();
    for (const agent of agents.slice(1)) this.world.kill(agent);
    // Also on what no path leads to any more.
    for (const mount of machine.allMounts()) mount.inside = 0;
    for (const [index] of names.entries()) {
      const parent = machine.parents.get(parentOf(index));
      if (parent) parent.shared = true;
      people.renameParent(parentOf(index), parent?.directory.removed ? "/gone//deleted" : parentOf(index));
      people.removeLink(pathOf(index));
      people.makeSource(claimOf(index));
      const mount = machine.sources.get(claimOf(index))?.mount;
      if (!mount || mount.options.has("ro") || mount.root.fileSystem.isAborted) mountClaim(this.world, index);
      const other = machine.sources.get(otherClaimOf(index))?.mount;
      if (other?.root.fileSystem.isAborted) people.mountClaim(otherClaimOf(index), typeOf(index));
      while (this.#plan.tidy && people.stackAt(pathOf(index))[0]?.by === "people") people.unmount(pathOf(index));
    }
    for (const fileSystem of machine.allFileSystems()) Object.assign(fileSystem, mended);
    if (this.world.agents.length === 0) this.#start("one");
  }

  /** Ten intervals in which nothing happens: nothing is done, nothing is said. */
  #rest(agent: Agent): void {
    this.#done = [];
    agent.posted = [];
    this.#pass(10 * agent.config.monitor.intervalMs);
    if (this.#done.length > 0) throw new Error(`at rest it does ${this.#done.join()}\n${String(this.world.machine)}`);
    if (agent.posted.length > 0) throw new Error(`at rest it says ${Bun.inspect(agent.posted, { depth: 4 })}`);
  }
}

const mended = { temper: "fine", readOnly: false, full: false };
