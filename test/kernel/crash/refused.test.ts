import { expect, test } from "bun:test";
import { Agent, testBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { type Situation, situations, targetOf } from "./situations.ts";
import { inTurns, planOf, type Recording, record, type Step, stepsTaken } from "./steps.ts";
import { whatIsThere } from "./there.ts";

const EIO = 5;

/** The kernel refuses one step, once: it is told, and tried again until all is whole. */
const refused = async (situation: Situation, { number }: Step, { mounts, end }: Recording) => {
  using machine = await Machine.start();
  const { actor, options, provoke } = situation;
  const plan = planOf(machine);
  const order = `${actor} ${number} ${EIO}`;
  if (provoke === null) await machine.write(plan, order);
  const agent = await Agent.start(machine, { ...options, binary: testBuild, env: { MOORING_STEPS: plan } });
  if (provoke) {
    await agent.until("Healthy");
    await agent.probed();
    await machine.write(plan, order);
    await provoke(machine, agent);
  }
  const isTaken = async () => (await stepsTaken(machine)).split("\n").some((line) => line.endsWith(` ${EIO}`));
  await until(isTaken, { what: `step ${number} to be refused`, deadline: 30_000, every: 20 });
  await machine.sh(`rm "$1"`, { args: [plan] });
  const target = targetOf(situation, machine);
  await until(async () => (await whatIsThere(machine, target)) === end, {
    what: `all to be whole after step ${number}`,
  });
  await agent.until("Healthy");
  expect(machine.mountCount()).toBe(mounts);
  expect(agent.program.errors).toEqual([]);
};

const lasting = Object.entries(situations).filter(([, { volume, command }]) => volume !== null && !command);

test.each(lasting)(
  "refused by the kernel at any step of: %s",
  async (_, situation) => {
    const wanted = await record(situation);
    await inTurns(wanted.steps, (step) => refused(situation, step, wanted));
  },
  600_000,
);
