import { expect, test } from "bun:test";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { begin, finish, type Situation, situations, targetOf } from "./situations.ts";
import { inTurns, planOf, type Recording, record, type Step } from "./steps.ts";
import { tableOf } from "./table.ts";
import { whatIsThere } from "./there.ts";

/** Kills it before one step, looks, and lets the next start put things right. */
const killed = async (situation: Situation, { number }: Step, wanted: Recording) => {
  using machine = await Machine.start();
  const { actor, consumer: kind } = situation;
  const order = `${actor} ${number} kill`;
  const program = await begin(situation, machine, planOf(machine), order);
  const consumer = kind ? await machine.consumer() : null;
  const ending = await until(() => program.ending, { what: `it to be killed before step ${number}`, deadline: 60_000 });
  expect(ending.signal).toBe("SIGKILL");
  await machine.sh(`rm "$1"`, { args: [planOf(machine)] });
  const target = targetOf(situation, machine);
  const there = await whatIsThere(machine, target, actor === "child" ? "volume" : "target");
  const next = await finish(situation, machine);
  const { mounts, end } = wanted;
  expect({ mounts: machine.mountCount(), end: await whatIsThere(machine, target) }).toEqual({ mounts, end });
  if (kind === "lost") expect(await consumer?.lost()).toMatchObject({ count: 0 });
  if (kind === "failed") expect((await consumer?.stop())?.failed).toBe(0);
  return { there, next };
};

test.each(Object.entries(situations))(
  "killed between any two steps of: %s",
  async (name, situation) => {
    const wanted = await record(situation);
    expect(wanted.steps.length).toBeGreaterThan(0);
    const rows = await inTurns(wanted.steps, (step) => killed(situation, step, wanted));
    console.log(tableOf(name, situation, wanted, rows));
  },
  600_000,
);
