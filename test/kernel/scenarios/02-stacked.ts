import assert from "node:assert/strict";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";

const RESTARTS = 20;

export const stacked: Scenario = {
  number: 2,
  name: "stacked",
  promise:
    "20 restarts leave as many mounts as before; a stack of its own is brought down, and no consumer loses the mount",
  async play(stage) {
    const machine = await stage.machine();
    let agent = await stage.healthy(machine);
    const consumer = await stage.consumer(machine);
    const [before] = machine.mountsAt(machine.target);
    const count = machine.mountCount();
    let descriptors: number | undefined;
    for (let restart = 1; restart <= RESTARTS; restart++) {
      const signal = restart % 2 === 0 ? "SIGKILL" : "SIGTERM";
      assert.equal(await agent.end(signal), signal === "SIGKILL" ? signal : 0);
      agent = await stage.healthy(machine);
      assert.deepEqual(await agent.ways(), ["adopted"]);
      assert.equal(machine.mountCount(), count);
      // More only while a probe is out.
      descriptors ??= await until(() => agent.children().length === 0 && agent.descriptors(), { what: "no child out" });
      await until(() => agent.descriptors() <= (descriptors ?? 0), { what: `at most ${descriptors} descriptors` });
    }
    assert.deepEqual(machine.mountsAt(machine.target), [before]);

    for (let round = 0; round < 3; round++) {
      // Each bind of what is shared doubles, unless the agent takes away what is just being bound.
      const again = `mount --bind "$1" "$1" 2>/dev/null || :`;
      await machine.sh(`mount --bind "$1" "$1"; ${again}; ${again}`, { args: [machine.target] });
      await until(() => machine.mountsAt(machine.target).length === 1, { what: "one mount at the target" });
    }
    await agent.event("unstacked");
    await agent.until("Healthy");
    assert.deepEqual(machine.mountsAt(machine.target), [before]);
    await consumer.writes(5);
    const { failed, errors } = await consumer.stop();
    assert.deepEqual({ failed, errors }, { failed: 0, errors: {} });
  },
};
