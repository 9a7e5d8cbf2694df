import assert from "node:assert/strict";
import { claimDirectory } from "../agent/claim.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const errors: Scenario = {
  number: 10,
  name: "errors",
  promise: "ENOTCONN, ESTALE and EIO are told as what they are, and it is healed when the source works again",
  async play(stage) {
    await answered(stage);
    await died(stage);
  },
};

async function answered(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const volume = await machine.fuse();
  const agent = await stage.healthy(machine);
  const mounts = machine.mountsAt(machine.target);
  for (const [code, reason] of [
    ["EIO", "InputOutputError"],
    ["ESTALE", "StaleHandle"],
    ["ENOTCONN", "Disconnected"],
  ] as const) {
    await volume.errno(code);
    await agent.until(`Broken/${reason}`);
    assert.equal((await agent.get("/readyz")).code, 503);
    await volume.answer();
    await agent.until("Healthy");
  }
  assert.deepEqual(machine.mountsAt(machine.target), mounts);
  assert.equal(agent.events("attached").length, 1);
}

/** Its daemon is killed, and the claim mounted anew, as a CSI driver does. */
async function died(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "none" });
  const source = claimDirectory(machine);
  const volume = await machine.fuse(source);
  const agent = await stage.healthy(machine, { mount: { source } });
  await volume.kill();
  await agent.until("Broken/Disconnected");
  await machine.sh(`umount -l "$1"`, { args: [source] });
  await machine.fuse(source);
  await agent.until("Healthy");
  await machine.sh(`echo again > "$1"/file`, { args: [machine.target] });
  assert.equal(await machine.sh(`cat "$1"/file`, { args: [source] }), "again");
  assert.equal(machine.mountsAt(machine.target).length, 1);
}
