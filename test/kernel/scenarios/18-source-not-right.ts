import assert from "node:assert/strict";
import { join } from "node:path";
import { claimDirectory } from "../agent/claim.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const sourceNotRight: Scenario = {
  number: 18,
  name: "source-not-right",
  promise: "a source that is missing, empty or hung at the start is told and not attached; it is once it is right",
  async play(stage) {
    await missing(stage);
    await notMounted(stage);
    await silent(stage);
  },
};

async function missing(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const source = join(machine.root, "volumes/later");
  const agent = await stage.agent(machine, { mount: { source } });
  const { condition } = await agent.until("Absent/SourceMissing");
  assert.ok(condition.message.includes(source), condition.message);
  await notAttached(stage, machine, agent);
  await machine.sh(`mkdir "$1"; mount -t tmpfs later "$1"`, { args: [source] });
  await agent.until("Healthy");
}

async function notMounted(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const source = claimDirectory(machine);
  const before = await machine.sh(`ls -A "$1"`, { args: [source] });
  const agent = await stage.agent(machine, { mount: { source } });
  await agent.until("Absent/SourceNotMounted");
  await agent.probed();
  await notAttached(stage, machine, agent);
  assert.equal(await machine.sh(`ls -A "$1"`, { args: [source] }), before);
  await machine.sh(`mount -t tmpfs claim "$1"`, { args: [source] });
  await agent.until("Healthy");
  assert.equal(machine.mountsAt(machine.target)[0]?.source, "claim");
}

async function silent(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const volume = await machine.fuse();
  await volume.silent();
  const agent = await stage.agent(machine);
  await agent.until("Hung/ProbeTimeout");
  await notAttached(stage, machine, agent);
  assert.equal(agent.children().length, 1);
  await volume.answer();
  await agent.until("Healthy");
}

async function notAttached(
  _stage: Stage,
  machine: Awaited<ReturnType<Stage["machine"]>>,
  agent: Awaited<ReturnType<Stage["agent"]>>,
): Promise<void> {
  assert.deepEqual(machine.mountsAt(machine.target), []);
  assert.equal((await agent.get("/livez")).code, 200);
  assert.equal((await agent.get("/readyz")).code, 503);
}
