import assert from "node:assert/strict";
import type { Scenario } from "./scenario.ts";

export const slow: Scenario = {
  number: 9,
  name: "slow",
  promise: "a daemon that stands still and goes on, again and again, costs no mount; it is Healthy again by itself",
  async play(stage) {
    const machine = await stage.machine({ volume: "none" });
    const volume = await machine.fuse();
    const agent = await stage.healthy(machine);
    const mounts = machine.mountsAt(machine.target);
    for (let round = 0; round < 3; round++) {
      await volume.pause();
      await agent.until("Degraded/ProbeSlow");
      assert.equal((await agent.get("/readyz")).code, 200);
      volume.resume();
      await agent.until("Healthy");
    }
    await volume.pause();
    await agent.until("Hung");
    assert.equal((await agent.get("/readyz")).code, 503);
    volume.resume();
    await agent.until("Healthy");
    assert.deepEqual(machine.mountsAt(machine.target), mounts);
    assert.equal(agent.events("attached").length, 1);
  },
};
