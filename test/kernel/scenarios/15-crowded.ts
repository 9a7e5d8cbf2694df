import assert from "node:assert/strict";
import { until } from "../harness/until.ts";
import { crowd, noise } from "./crowded.ts";
import type { Scenario } from "./scenario.ts";

const MOUNTS = 2000;
const EVENTS_PER_SECOND = 100;
const LOSSES = 20;

/** `make soak` measures it with ten thousand mounts and for a minute. */
export const crowded: Scenario = {
  number: 15,
  name: "crowded",
  promise: "beside thousands of mounts that come and go every loss is healed, nothing else is said or touched",
  async play(stage) {
    const machine = await stage.machine();
    await crowd(machine, MOUNTS);
    const agent = await stage.healthy(machine);
    const consumer = await stage.consumer(machine);
    const stop = await noise(machine, EVENTS_PER_SECOND);
    for (let loss = 1; loss <= LOSSES; loss++) {
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await agent.event("attached", loss + 1);
      await until(() => consumer.place.mountsAt(machine.target).length === 1, { what: "the consumer to see it" });
    }
    await agent.probed();
    await agent.until("Healthy");
    stage.count("mount events beside", await stop());
    assert.deepEqual(await agent.ways(LOSSES + 1), ["attached", ...Array(LOSSES).fill("healed")]);
    // A mount that goes in the middle of a look is no failure.
    const failed = agent.events("actionFailed").filter(({ code }) => code !== "ESTALE" && code !== "EAGAIN");
    assert.deepEqual(failed, []);
  },
};
