import assert from "node:assert/strict";
import { Agent, type AgentOptions, type Wanted } from "../harness/agent.ts";
import type { Consumer, ConsumerOptions } from "../harness/consumer.ts";
import { Machine, type MachineOptions } from "../harness/machine.ts";
import type { OldKernel } from "../harness/old-kernel.ts";
import { until } from "../harness/until.ts";
import { Foreign } from "./foreign.ts";

/** What every scenario has to end with, whatever it is about: nothing lost, nothing touched, nothing left over. */
export interface Findings {
  /** Bytes that a consumer wrote successfully and that are nowhere. */
  lostBytes: number;
  /** What was done to mounts of others. */
  foreignTouched: string[];
  /** Mounts more than there were when the agent was first healthy. */
  extraMounts: number;
  /** Milliseconds from noticing that a mount was lost until it was there again. */
  heals: number[];
  /** What the scenario counted besides. */
  counts: Record<string, number>;
}

/** As every scenario must end. */
export const isWell = ({ lostBytes, extraMounts, foreignTouched }: Findings): boolean =>
  lostBytes === 0 && extraMounts === 0 && foreignTouched.length === 0;

const RECORD = 11;

/** Probes often: what only a probe can find is found soon. A busy machine gets the time it takes. */
export const monitor = { interval: "250ms", timeout: "200ms", failures: 3 };

/** Where a scenario is played. It keeps account of all that takes part, and clears up. */
export class Stage implements Disposable {
  readonly kernel: OldKernel;
  readonly counts: Record<string, number> = {};
  readonly #machines: Machine[] = [];
  readonly #agents: Agent[] = [];
  readonly #consumers: { machine: Machine; consumer: Consumer }[] = [];
  readonly #foreign: { machine: Machine; foreign: Foreign }[] = [];
  readonly #earlier = new Map<Machine, string[]>();
  readonly #steady = new Map<Machine, number>();

  constructor(kernel: OldKernel) {
    this.kernel = kernel;
  }

  /** Whether this kernel can put a mount beneath another one, so that there is never a gap. */
  get hasBeneath(): boolean {
    return !this.kernel.denied.includes("beneath");
  }

  async machine(options: MachineOptions = {}): Promise<Machine> {
    const machine = await Machine.start(options);
    this.#machines.push(machine);
    return machine;
  }

  /** Starts an agent; it listens, and does not have to be ready. */
  async agent(machine: Machine, options: AgentOptions = {}): Promise<Agent> {
    const config = { monitor, ...options.config };
    const agent = await Agent.start(machine, { kernel: this.kernel, ...options, config });
    this.#agents.push(agent);
    return agent;
  }

  /** Starts an agent and waits until all is well: what is mounted then is what must be mounted in the end. */
  async healthy(
    machine: Machine,
    options: AgentOptions = {},
    states: Wanted | readonly Wanted[] = "Healthy",
  ): Promise<Agent> {
    const agent = await this.agent(machine, options);
    await agent.until(states);
    if (!this.#steady.has(machine)) this.#steady.set(machine, machine.mountCount());
    return agent;
  }

  async consumer(machine: Machine, options: ConsumerOptions = {}): Promise<Consumer> {
    const consumer = await machine.consumer(options);
    this.#consumers.push({ machine, consumer });
    return consumer;
  }

  /** Somebody else's mount over the target. */
  async foreign(machine: Machine, where: Parameters<typeof Foreign.over>[1] = {}): Promise<Foreign> {
    const foreign = await Foreign.over(machine, where);
    this.#foreign.push({ machine, foreign });
    this.earlierVolume(machine, foreign.home);
    return foreign;
  }

  /** A directory where what consumers wrote while another volume was on top still is. */
  earlierVolume(machine: Machine, directory: string): void {
    this.#earlier.set(machine, [...(this.#earlier.get(machine) ?? []), directory]);
  }

  /** Mounts that the scenario itself made or took away for good. */
  expectMounts(machine: Machine, more: number): void {
    this.#steady.set(machine, (this.#steady.get(machine) ?? machine.mountCount()) + more);
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** Ends everything and looks what is left. @throws when an agent does not end as it should. */
  async findings(): Promise<Findings> {
    const extraMounts = await this.#extraMounts();
    for (const agent of this.#agents) {
      if (agent.program.ending === null) assert.equal(await agent.end(), 0, "an agent ends with 0");
    }
    let lostBytes = 0;
    for (const { machine, consumer } of this.#consumers) {
      const { count, ranges } = await consumer.lost(this.#earlier.get(machine));
      if (count > 0) console.error(`lost: ${JSON.stringify(ranges)}`);
      lostBytes += count * RECORD;
    }
    const foreignTouched: string[] = [];
    for (const { foreign } of this.#foreign) {
      const harm = await foreign.harm();
      if (harm !== null) foreignTouched.push(harm);
    }
    return { lostBytes, foreignTouched, extraMounts, heals: this.#heals(), counts: this.counts };
  }

  /** The end of what each agent said, for a failure to show. */
  lastWords(): string {
    const tail = ({ program }: Agent) =>
      [...program.lines, ...program.errors, JSON.stringify(program.ending)].slice(-25).join("\n");
    const said = this.#agents.map((agent, index) => `--- agent ${index + 1}\n${tail(agent)}`);
    return said.slice(-3).join("\n");
  }

  [Symbol.dispose](): void {
    for (const machine of this.#machines) machine[Symbol.dispose]();
  }

  /** Of a mount that is being replaced, two may be there for a moment. */
  async #extraMounts(): Promise<number> {
    let extra = 0;
    const look = () => {
      extra = 0;
      for (const [machine, steady] of this.#steady) {
        const theirs = this.#foreign.filter((each) => each.machine === machine && each.foreign.isThere()).length;
        extra += machine.mountCount() - steady - theirs;
      }
      return extra === 0;
    };
    await until(look, { what: "as many mounts as before", deadline: 2000 }).catch(() => false);
    return extra;
  }

  #heals(): number[] {
    const attached = this.#agents.flatMap((agent) => agent.events("attached"));
    return attached.filter(({ how }) => how === "healed").map(({ durationMs }) => Number(durationMs));
  }
}
