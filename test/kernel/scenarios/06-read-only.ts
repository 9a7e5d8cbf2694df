import assert from "node:assert/strict";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

export const readOnly: Scenario = {
  number: 6,
  name: "read-only",
  promise: "a mount turned read-only is put right; a file system that turned itself read-only is told, and left alone",
  async play(stage) {
    await theMount(stage);
    await theFileSystem(stage);
  },
};

async function theMount(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  const agent = await stage.healthy(machine);
  const [before] = machine.mountsAt(machine.target);
  for (let round = 1; round <= 3; round++) {
    // Busy while a probe writes.
    await machine.sh(`until mount -o remount,bind,ro "$1" 2>/dev/null; do :; done`, { args: [machine.target] });
    await agent.event("optionsRestored", round);
    await until(() => machine.mountsAt(machine.target)[0]?.options.includes("rw"), { what: "rw to be back" });
    await machine.sh(`: > "$1"/file`, { args: [machine.target] });
  }
  await agent.until("Healthy");
  assert.deepEqual(machine.mountsAt(machine.target), [before]);
  await agent.probed();
  assert.equal(agent.events("optionsRestored").length, 3);
  assert.equal(agent.events("attached").length, 1);
}

async function theFileSystem(stage: Stage): Promise<void> {
  const machine = await stage.machine({ volume: "ext4", size: "16m" });
  const agent = await stage.healthy(machine);
  const [before] = machine.mountsAt(machine.target);
  await machine.sh(
    `mount -o remount,errors=remount-ro "$1"
     echo scenario > /sys/fs/ext4/"\${2#/dev/}"/trigger_fs_error
     ! (: > "$1"/file) 2>/dev/null`,
    { args: [machine.source, before?.source ?? "none"] },
  );
  await agent.until("ReadOnly/FileSystemReadOnly");
  assert.equal((await agent.get("/readyz")).code, 503);
  await agent.probed(3);
  for (const action of ["optionsRestored", "actionFailed"]) assert.deepEqual(agent.events(action), []);
  assert.equal(agent.events("attached").length, 1);
  assert.equal(machine.mountsAt(machine.target)[0]?.id, before?.id);
}
