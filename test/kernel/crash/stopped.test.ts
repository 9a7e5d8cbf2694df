import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Agent, testBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Program } from "../harness/program.ts";
import { until } from "../harness/until.ts";
import { begin, type Situation, situations, targetOf } from "./situations.ts";
import { inTurns, planOf, type Recording, record, type Step } from "./steps.ts";
import { whatIsThere } from "./there.ts";

const isStopped = ({ pid }: Program): boolean => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

/** The first agent stands still before one step, as on a busy node, and a second one comes. */
const stopped = async (situation: Situation, { number }: Step, wanted: Recording) => {
  using machine = await Machine.start();
  const first = await begin(situation, machine, planOf(machine), `keeper ${number} stop`);
  await until(() => isStopped(first), { what: `it to stand still before step ${number}`, deadline: 30_000 });
  await machine.sh(`rm "$1"`, { args: [planOf(machine)] });

  const second = await Agent.start(machine, { ...situation.options, binary: testBuild });
  const { condition } = await second.until(["Waiting", "Healthy"]);
  const isSecondsTurn = condition.state === "Healthy";
  if (!isSecondsTurn) {
    expect(condition.reason).toBe("HeldByAnotherAgent");
    expect((await second.get("/livez")).code).toBe(200);
    expect((await second.get("/readyz")).code).toBe(503);
    await second.probed();
    expect(second.events("attached")).toEqual([]);
  }
  first.kill("SIGCONT");
  const target = targetOf(situation, machine);
  await until(async () => (await whatIsThere(machine, target)) === wanted.end, { what: "one of them to finish" });
  expect(machine.mountCount()).toBe(wanted.mounts);
  await second.until(isSecondsTurn ? "Healthy" : "Waiting");
  return { isSecondsTurn, holder: condition.message, pid: first.pid };
};

const shared = Object.entries(situations).filter(([, { actor, volume, afterwards }]) => {
  return actor === "keeper" && volume !== null && afterwards === undefined;
});

test.each(shared)(
  "two at once, the first standing still before any step of: %s",
  async (_, situation) => {
    const wanted = await record(situation);
    const found = await inTurns(wanted.steps, (step) => stopped(situation, step, wanted));
    // Before it has made the bare directory it can hold no lock there.
    for (const [index, { isSecondsTurn, holder, pid }] of found.entries()) {
      const name = wanted.steps[index]?.name;
      if (situation.provoke !== null || name !== "mkdirat") expect([name, isSecondsTurn]).toEqual([name, false]);
      const isRecorded =
        situation.provoke !== null || wanted.steps.slice(0, index).some((step) => step.name === "fsetxattr");
      if (isRecorded) expect(holder).toContain(`(pid ${pid})`);
    }
  },
  600_000,
);
