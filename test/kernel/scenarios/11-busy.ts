import assert from "node:assert/strict";
import { join } from "node:path";
import type { Scenario } from "./scenario.ts";

export const busy: Scenario = {
  number: 11,
  name: "busy",
  promise:
    "a healthy mount is never detached: whoever keeps a file open writes on through probes, reloads and restarts",
  async play(stage) {
    const machine = await stage.machine();
    const mounts = [{ name: "dumps", source: machine.source, target: machine.target }];
    const source = join(machine.root, "volumes/other");
    await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [source] });
    const other = { name: "other", source, target: join(machine.parent, "other") };
    let agent = await stage.healthy(machine);
    const before = machine.mountsAt(machine.target);
    const holding = await stage.consumer(machine, { keepOpen: true });
    const below = await stage.consumer(machine, { every: "tight" });
    await agent.probed(3);
    for (let round = 0; round < 3; round++) {
      await agent.reconfigure(machine, { config: { mounts: [...mounts, other] } });
      await agent.until("Healthy", "other");
      await agent.reconfigure(machine, { mount: { minFree: { inodes: 10 + round } } });
      await agent.event("released", round + 1);
    }
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await agent.end(signal);
      agent = await stage.healthy(machine);
    }
    assert.deepEqual(machine.mountsAt(machine.target), before);
    for (const consumer of [holding, below]) {
      await consumer.writes(5);
      const { failed, errors } = await consumer.stop();
      assert.deepEqual({ failed, errors }, { failed: 0, errors: {} });
    }
  },
};
