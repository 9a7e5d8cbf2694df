import { cpuSeconds, mebibytes } from "../bench/cost.ts";
import { type Figures, figuresOf } from "../bench/figures.ts";
import { Agent } from "../kernel/harness/agent.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { crowd, noise } from "../kernel/scenarios/crowded.ts";

const MOUNTS = 10_000;
const EVENTS_PER_SECOND = 100;
const LOSSES = 100;

export interface CrowdedMinute {
  events: number;
  /** Percent of one core, children included. */
  cpu: number;
  rssMiB: { before: number; after: number };
  /** Milliseconds from noticing the loss to the mount being back: alone, and in the crowd. */
  heals: { alone: Figures; crowded: Figures };
}

/** The agent as people run it, probes every 30 s, beside ten thousand mounts and a hundred mount events a second. */
export async function crowdedMinute(seconds: number): Promise<CrowdedMinute> {
  const alone = await measured(0, async () => async () => {});
  let cpu = Number.NaN;
  let events = 0;
  const crowded = await measured(MOUNTS, async ({ program }, machine) => {
    const stop = await noise(machine, EVENTS_PER_SECOND);
    // Its start is over by then.
    await Bun.sleep(5000);
    const [before, begin] = [cpuSeconds(program.pid), performance.now()];
    await Bun.sleep(seconds * 1000);
    const [after, end] = [cpuSeconds(program.pid), performance.now()];
    cpu = (100_000 * (after.own + after.children - before.own - before.children)) / (end - begin);
    return async () => {
      events = await stop();
    };
  });
  return { events, cpu, rssMiB: crowded.rssMiB, heals: { alone: alone.heals, crowded: crowded.heals } };
}

/** Lets the minute pass, and then has it heal a hundred losses while whatever the minute began still goes on. */
async function measured(
  mounts: number,
  pass: (agent: Agent, machine: Machine) => Promise<() => Promise<void>>,
): Promise<{ heals: Figures; rssMiB: { before: number; after: number } }> {
  using machine = await Machine.start();
  if (mounts > 0) await crowd(machine, mounts);
  const agent = await Agent.start(machine, { config: { monitor: {} } });
  await agent.until("Healthy");
  const before = mebibytes(agent.program.pid, "Rss");
  const end = await pass(agent, machine);
  for (let loss = 1; loss <= LOSSES; loss++) {
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", loss + 1);
  }
  await end();
  const after = mebibytes(agent.program.pid, "Rss");
  const times = agent
    .events("attached")
    .slice(1)
    .map(({ durationMs }) => Number(durationMs));
  return { heals: figuresOf(times), rssMiB: { before, after } };
}
