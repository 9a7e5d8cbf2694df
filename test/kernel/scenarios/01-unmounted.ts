import assert from "node:assert/strict";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";

/** By hand, lazily or not, on the node or in a peer of it. */
export const unmounted: Scenario = {
  number: 1,
  name: "unmounted",
  promise: "unmounted under it, it is healed, a consumer on the parent sees it, and each loss counts once",
  async play(stage) {
    const machine = await stage.machine();
    const host = await machine.peer();
    const agent = await stage.healthy(machine);
    const consumer = await stage.consumer(machine);
    const [before] = machine.mountsAt(machine.target);
    let losses = 0;
    for (const place of [machine, host]) {
      for (const command of ["umount", "umount -l"]) {
        await consumer.writes(5);
        // A consumer or a probe that is at it right now makes it busy for a moment.
        await place.sh(`until ${command} "$1" 2>&1; do :; done`, { args: [machine.target] });
        losses += 1;
        await agent.event("attached", losses + 1);
        for (const each of [machine, host, consumer.place]) {
          await until(() => each.mountsAt(machine.target).length === 1, { what: "the mount to be back" });
        }
        await consumer.writes(5);
      }
    }
    await agent.until("Healthy");
    const [after] = machine.mountsAt(machine.target);
    assert.deepEqual([after?.options, after?.shared], [before?.options, before?.shared]);
    assert.deepEqual(await agent.ways(losses + 1), ["attached", ...Array(losses).fill("healed")]);
    for (const [name, value] of [
      ["volume_mount_recoveries_total", losses],
      ["volume_mount_recovery_success_total", losses],
      ["mooring_heal_duration_seconds_count", losses],
    ] as const) {
      assert.equal(await agent.metric(`${name}{mount="dumps"}`), value, name);
    }
    assert.deepEqual(agent.events("actionFailed"), []);
    const { errors } = await consumer.stop();
    assert.deepEqual(
      Object.keys(errors).filter((code) => code !== "EPERM"),
      [],
    );
  },
};
