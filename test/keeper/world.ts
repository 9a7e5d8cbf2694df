import type { Config, Mount } from "../../agent/core/config/config.ts";
import type { KeeperOptions } from "../../agent/keeper/options.ts";
import { Machine } from "../fakes/machine/machine.ts";
import { People } from "../fakes/machine/people.ts";
import { Agent } from "./agent.ts";
import { configOf } from "./configuration.ts";

/** No honest keeper makes this many passes without time going by. */
const PASSES_AT_ONCE = 60;

/** A machine with people and agents on it, and the time that passes there. */
export class World {
  readonly machine = new Machine();
  readonly people = new People(this.machine);
  agents: Agent[] = [];

  /** Starts an agent for these mounts; their claims and parents exist already, or do not. */
  start(name: string, config: Config, perform?: KeeperOptions["perform"]): Agent {
    const agent = new Agent({ machine: this.machine, name, config, ...(perform && { perform }) });
    this.agents.push(agent);
    return agent;
  }

  kill(agent: Agent): void {
    agent.kill();
    this.agents = this.agents.filter((each) => each !== agent);
  }

  /** Lets everybody do what is due, until nothing is left to do before some time goes by. */
  settle(): void {
    this.run(0);
  }

  /** Lets `ms` go by; whatever falls due in between happens in its turn. `after` is told of every step of an agent. */
  run(ms: number, after: (agent: Agent) => void = () => {}): void {
    const { machine } = this;
    const end = machine.nowMs + ms;
    for (let passes = 0; ; passes++) {
      if (passes > PASSES_AT_ONCE) throw new Error(`an agent spins: ${this.agents.map(String).join("; ")}`);
      for (const agent of this.agents) agent.pollProbers();
      const due = this.agents.filter(({ isDue }) => isDue);
      for (const agent of due) {
        agent.step();
        after(agent);
      }
      if (due.length > 0) continue;
      if (machine.nowMs >= end) return;
      const next = Math.min(end, ...this.agents.map(({ nextAt }) => nextAt));
      if (next > machine.nowMs) passes = 0;
      machine.nowMs = Math.max(machine.nowMs, next);
    }
  }
}

/** A world with the claims of these mounts mounted, and one agent that has settled. */
export function worldWith(...mounts: Mount[]): World & { agent: Agent } {
  const world = new World();
  for (const { source } of mounts) if (source !== null) world.people.mountClaim(source);
  const agent = world.start("one", configOf(...mounts));
  world.settle();
  return Object.assign(world, { agent });
}
