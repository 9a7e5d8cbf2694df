import assert from "node:assert/strict";
import type { Agent } from "../harness/agent.ts";
import type { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const parentReplaced: Scenario = {
  number: 19,
  name: "parent-replaced",
  promise:
    "a parent renamed, removed or made anew is told; the agent ends where only a new container helps, which does",
  async play(stage) {
    await onTheHost(stage);
    await inAPod(stage, `mv "$1" "$1".old; mkdir "$1"`);
    await inAPod(stage, `mv "$1" "$1".old`, `mkdir "$1"`);
  },
};

/** An agent that sees the node's own directories makes what is missing, and follows. */
async function onTheHost(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const agent = await stage.agent(machine);
  await agent.until("Healthy");
  await machine.sh(`mv "$1" "$1".old`, { args: [machine.parent] });
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "the mount in a new directory" });
  await agent.until("Healthy");
}

/** A container keeps the directory that it was started with, wherever the node has it by now. */
async function inAPod(stage: Stage, then: string, later = ":"): Promise<void> {
  const machine = await stage.machine();
  const agent = await startInPod(stage, machine);
  await agent.until("Healthy");
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "the node to see the mount" });
  await machine.sh(then, { args: [machine.parent] });
  const { condition } = await agent.until("Broken/ParentReplaced");
  assert.match(condition.message, /new container/);
  assert.equal((await agent.program.exited).code, 1);
  await machine.sh(later, { args: [machine.parent] });
  const next = await startInPod(stage, machine);
  await next.until("Healthy");
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "the node to see the new mount" });
}

async function startInPod(stage: Stage, machine: Machine): Promise<Agent> {
  const pod = await machine.pod();
  return stage.agent(machine, { place: pod, mount: { target: pod.target } });
}
