import assert from "node:assert/strict";
import { serves } from "../../../agent/core/condition.ts";
import type { FaultPoint } from "../../../agent/kernel/fault.ts";
import { testBuild } from "../harness/agent.ts";
import type { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { anotherVolume } from "./another-volume.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

const inHealing: FaultPoint[] = ["heal.due", "heal.attached", "anchor.held"];
const inReplacing: FaultPoint[] = ["replace.recorded", "replace.beneath", "replace.replaced"];

export const killed: Scenario = {
  number: 14,
  name: "killed",
  promise:
    "killed between two steps, the next agent adopts or finishes; of two at once one holds it, the other names it",
  async play(stage) {
    await betweenSteps(stage);
    await twoAtOnce(stage);
  },
};

async function betweenSteps(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const first = await stage.healthy(machine);
  const consumer = await stage.consumer(machine);
  await first.end("SIGKILL");
  const lose = () => machine.sh(`umount -l "$1" || :`, { args: [machine.target] });
  for (const point of inHealing) await killedAt(stage, machine, point, lose);
  for (const point of inReplacing) await killedAt(stage, machine, point, () => anotherVolume(stage, machine, point));
  await stage.healthy(machine, {}, ["Healthy", "Degraded/ShadowedFiles"]);
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "one mount at the target" });
  await consumer.writes(5);
}

/** What the one before has left unfinished may bring it to this point before it was ever well. */
async function killedAt(stage: Stage, machine: Machine, point: FaultPoint, provoke: () => Promise<unknown>) {
  const agent = await stage.agent(machine, { binary: testBuild, env: { MOORING_FAULT: point } });
  const isGone = () => agent.program.ending !== null;
  const isWell = async () => serves((await agent.mount()).condition.state);
  await until(async () => isGone() || (await isWell()), { what: `it to be well, or killed at ${point}` });
  if (!isGone()) await provoke();
  const ending = await until(() => agent.program.ending, { what: `it to be killed at ${point}` });
  assert.equal(ending.signal, "SIGKILL");
}

async function twoAtOnce(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  let holder = await stage.healthy(machine);
  const consumer = await stage.consumer(machine);
  const before = machine.mountsAt(machine.target);
  for (let turn = 0; turn < 3; turn++) {
    const other = await stage.agent(machine);
    const { condition } = await other.until("Waiting/HeldByAnotherAgent");
    assert.ok(condition.message.includes(`(pid ${holder.program.pid})`), condition.message);
    assert.equal((await other.get("/livez")).code, 200);
    assert.equal((await other.get("/readyz")).code, 503);
    await holder.end("SIGKILL");
    await other.until("Healthy");
    assert.deepEqual(await other.ways(), ["adopted"]);
    holder = other;
  }
  assert.deepEqual(machine.mountsAt(machine.target), before);
  assert.equal((await consumer.stop()).failed, 0);
}
