import assert from "node:assert/strict";
import { claimDirectory } from "../agent/claim.ts";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const hung: Scenario = {
  number: 8,
  name: "hung",
  promise:
    "while a volume hangs, HTTP answers, one child is stuck, a loss is healed, and SIGTERM ends the agent; an abort heals",
  async play(stage) {
    await reported(stage);
    await aborted(stage);
  },
};

async function reported(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const volume = await machine.fuse();
  const agent = await stage.healthy(machine);
  await volume.silent();
  const { condition } = await agent.until("Hung");
  assert.equal(condition.reason, "ProbeTimeout");
  const stuck = agent.children();
  assert.equal(stuck.length, 1);
  const times: number[] = [];
  for (let round = 0; round < 4; round++) {
    for (const path of ["/livez", "/metrics", "/readyz", "/api/v1/status", "/"]) {
      const { code, ms } = await agent.get(path);
      assert.equal(code, path === "/readyz" ? 503 : 200);
      times.push(ms);
    }
  }
  // The middle one: others may be the rest of this machine's work.
  assert.ok((times.sort((a, b) => a - b)[10] ?? 0) < 50, `HTTP took ${times.map(Math.round).join()} ms`);
  await machine.sh(`umount -l "$1"`, { args: [machine.target] });
  await agent.event("attached", 2);
  assert.equal(machine.mountsAt(machine.target).length, 1);
  assert.deepEqual(agent.children(), stuck);

  const begin = performance.now();
  assert.equal(await agent.end(), 0);
  const took = performance.now() - begin;
  assert.ok(took < 2000, `it took ${took} ms to end`);
  const next = await stage.agent(machine);
  await next.until("Hung/ProbeTimeout");
  assert.equal(machine.mountsAt(machine.target).length, 1);
  await volume.answer();
  await until(() => next.children().length === 0, { what: "no child stuck" });
  await next.until("Healthy");
  assert.deepEqual(await next.ways(), ["adopted"]);
}

/** Where the policy says so, whoever waits for the volume is let go, and it heals when the claim is mounted anew. */
async function aborted(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const source = claimDirectory(machine);
  const volume = await machine.fuse(source);
  const agent = await stage.healthy(machine, { mount: { source, onHang: "abort" } });
  const waiting = await volume.silent().then(() => machine.run(["stat", "-f", machine.target]));
  await until(() => volume.daemon.ending, { what: "the connection to be aborted" });
  assert.notEqual((await waiting.exited).code, 0);
  await agent.until("Broken/Disconnected");
  await until(() => agent.children().length === 0, { what: "no child stuck" });
  assert.equal(machine.mountsAt(machine.target).length, 1);
  await machine.sh(`umount -l "$1"`, { args: [source] });
  await machine.fuse(source);
  await agent.until("Healthy");
  assert.equal(machine.mountsAt(machine.target).length, 1);
}
