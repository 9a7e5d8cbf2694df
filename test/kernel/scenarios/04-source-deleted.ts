import assert from "node:assert/strict";
import { join } from "node:path";
import type { Scenario } from "./scenario.ts";

const ROUNDS = 5;

export const sourceDeleted: Scenario = {
  number: 4,
  name: "source-deleted",
  promise: "a source that is deleted and made again is noticed and mounted anew, and the loss of the data is told",
  async play(stage) {
    const machine = await stage.machine();
    const source = join(machine.source, "app");
    await machine.sh(`mkdir "$1"`, { args: [source] });
    const agent = await stage.healthy(machine, { mount: { source } });
    for (let round = 1; round <= ROUNDS; round++) {
      await machine.sh(`rm -rf "$1"; mkdir "$1"; echo ${round} > "$1"/round`, { args: [source] });
      await agent.event("attached", round + 1);
      await agent.until("Healthy");
      assert.equal(await machine.read(join(machine.target, "round")), String(round));
    }
    const told = agent.events("conditionChanged").filter(({ reason }) => reason === "SourceDeleted");
    assert.equal(told.length, ROUNDS);
    for (const { level, msg } of told) assert.deepEqual([level, /lost/.test(String(msg))], ["error", true]);

    await machine.sh(`rm -rf "$1"`, { args: [source] });
    await agent.until("Broken/SourceDeleted");
    assert.equal((await agent.get("/readyz")).code, 503);
    await agent.probed();
    assert.equal(machine.mountsAt(machine.target).length, 1);
    await machine.sh(`mkdir "$1"`, { args: [source] });
    await agent.until("Healthy");
  },
};
