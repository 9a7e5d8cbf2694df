import assert from "node:assert/strict";
import type { Scenario } from "./scenario.ts";

export const notShared: Scenario = {
  number: 16,
  name: "not-shared",
  promise: "a parent that is not shared is told with the way out, at the start and later; well again when it is",
  async play(stage) {
    const machine = await stage.machine({ shared: false });
    const agent = await stage.agent(machine);
    const { condition } = await agent.until("Broken/NotShared");
    assert.match(condition.message, /Bidirectional/);
    assert.equal((await agent.get("/readyz")).code, 503);
    assert.deepEqual(machine.mountsAt(machine.target), []);
    await machine.sh(`mount --make-shared "$1"`, { args: [machine.node] });
    await agent.until("Healthy");
    const consumer = await stage.consumer(machine);
    await machine.sh(`mount --make-private "$1"`, { args: [machine.node] });
    await agent.until("Broken/NotShared");
    assert.equal(machine.mountsAt(machine.target).length, 1);
    await machine.sh(`mount --make-shared "$1"`, { args: [machine.node] });
    await agent.until("Healthy");
    assert.equal(agent.events("attached").length, 1);
    assert.equal((await consumer.stop()).failed, 0);
  },
};
