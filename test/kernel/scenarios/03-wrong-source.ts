import assert from "node:assert/strict";
import { join } from "node:path";
import type { Consumer } from "../harness/consumer.ts";
import { until } from "../harness/until.ts";
import { anotherVolume } from "./another-volume.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const wrongSource: Scenario = {
  number: 3,
  name: "wrong-source",
  promise: "what is foreign is told, or replaced where that is configured; what is stale is replaced, without a gap",
  async play(stage) {
    await foreignReported(stage);
    await foreignReplaced(stage);
    await staleReplaced(stage);
  },
};

/** Another directory, another device and a directory of the volume itself over the right mount: never ready, not touched. */
async function foreignReported(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const host = await machine.peer();
  const agent = await stage.healthy(machine);
  await machine.sh(`mkdir "$1"/elsewhere`, { args: [machine.source] });
  const foreign = await stage.foreign(machine, { place: host });
  await neverReady();
  await foreign.takeAway();
  await agent.until("Healthy");
  for (const cover of [`mount -t tmpfs other "$2"`, `mount --bind "$1"/elsewhere "$2"`]) {
    await host.sh(cover, { args: [machine.source, machine.target] });
    const before = machine.mountsAt(machine.target);
    await neverReady();
    assert.deepEqual(machine.mountsAt(machine.target), before);
    await host.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.until("Healthy");
  }
  assert.equal(agent.events("attached").length, 1);

  async function neverReady(): Promise<void> {
    const { condition } = await agent.until("Wrong/ForeignMount");
    assert.match(condition.message, /onForeign/);
    await agent.probed();
    assert.equal((await agent.get("/readyz")).code, 503);
  }
}

/** The right mount is below the foreign one, and then it is not. */
async function foreignReplaced(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const host = await machine.peer();
  const agent = await stage.healthy(machine, { mount: { onForeign: "replace" } });
  const consumer = await stage.consumer(machine, { every: "tight" });
  for (let round = 1; round <= 5; round++) {
    const foreign = await stage.foreign(machine, { place: host });
    foreign.mayGo();
    await until(() => !foreign.isThere(), { what: "the foreign mount to be gone" });
  }
  await agent.until("Healthy");
  await noGap(stage, consumer);

  await agent.end("SIGKILL");
  await machine.sh(`umount -l "$1"`, { args: [machine.target] });
  const instead = await stage.foreign(machine, { place: host });
  instead.mayGo();
  const next = await stage.healthy(machine, { mount: { onForeign: "replace" } });
  await until(() => !instead.isThere(), { what: "the foreign mount to be gone" });
  assert.deepEqual(await next.ways(), ["replaced"]);
}

/** Our own mount of a directory that was deleted, and of a volume that another one has taken the place of. */
async function staleReplaced(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const source = join(machine.source, "app");
  await machine.sh(`mkdir "$1"`, { args: [source] });
  const agent = await stage.healthy(machine, { mount: { source } });
  for (let round = 1; round <= 3; round++) {
    await machine.sh(`rm -rf "$1"; mkdir "$1"`, { args: [source] });
    await agent.event("attached", round + 1);
  }
  await agent.until("Healthy");
  const consumer = await stage.consumer(machine, { every: "tight" });
  for (let round = 1; round <= 3; round++) {
    const volume = await anotherVolume(stage, machine, `volume-${round}`);
    await machine.sh(`mkdir -m 1777 "$1"`, { args: [source] });
    await until(() => machine.mountsAt(machine.target)[0]?.source === volume, { what: `${volume} at the target` });
  }
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "one mount at the target" });
  await agent.until("Healthy");
  await noGap(stage, consumer);
}

/** Older kernels have to take the wrong mount away before they can put the right one there. */
async function noGap(stage: Stage, consumer: Consumer): Promise<void> {
  const { failed, errors } = await consumer.stop();
  if (stage.hasBeneath) assert.deepEqual({ failed, errors }, { failed: 0, errors: {} });
  else
    assert.deepEqual(
      Object.keys(errors).filter((code) => code !== "EPERM"),
      [],
    );
}
