import { expect, test } from "bun:test";
import type { Agent } from "./agent.ts";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const TARGET = "/host/dumps";
const attached = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

/** Every call that the keeper makes, and the steps inside of sealing. */
const calls = [
  ...["openParent", "inspectParent", "look", "describe", "stack"],
  ...["openBare", "bareAt", "inspectBare", "lockBare", "readRecord", "clearFlag", "chmod", "writeRecord", "setFlag"],
  ...["take", "identify", "cloneSource", "cloneTop", "attach", "attachBeneath", "detachTop", "changeOptions"],
];

/** Stories in which every call is made; each ends with the mount in its place. */
const stories: Record<string, (world: World) => Agent> = {
  "a first attach": (world) => world.start("one", configOf(mountOf({ name: "dumps" }))),
  "a loss": (world) => {
    const { agent } = attachedIn(world);
    world.people.unmount(TARGET);
    return agent;
  },
  "a stale mount": (world) => {
    const { agent } = attachedIn(world);
    world.people.removeSource("/volumes/dumps");
    world.people.makeSource("/volumes/dumps");
    agent.probe();
    return agent;
  },
  "a foreign mount": (world) => {
    const { agent } = attachedIn(world);
    world.people.mountForeign(TARGET, { source: "other" });
    return agent;
  },
  "a read-only remount": (world) => {
    const { agent } = attachedIn(world);
    world.people.remount(TARGET, ["ro"]);
    return agent;
  },
  "a bare directory that was unlocked": (world) => {
    const { agent } = attachedIn(world);
    world.people.unlock(TARGET);
    return agent;
  },
  "a bare directory that was removed": (world) => {
    const { agent } = attachedIn(world);
    world.people.unlock(TARGET);
    world.people.removeBare(TARGET);
    return agent;
  },
  "a parent that was replaced": (world) => {
    const { agent } = attachedIn(world);
    world.people.replaceParent("/host");
    return agent;
  },
};

function attachedIn(world: World): { agent: Agent } {
  const agent = world.start("one", configOf(mountOf({ name: "dumps", onForeign: "replace" })));
  world.settle();
  return { agent };
}

for (const [story, begin] of Object.entries(stories))
  test(`${story} ends well whichever call fails on the way, and leaks nothing`, () => {
    for (const beneath of [true, false])
      for (const call of calls)
        for (let skip = 0; skip < 12; skip++) {
          const world = new World();
          world.machine.beneath = beneath;
          world.people.mountClaim("/volumes/dumps");
          const agent = begin(world);
          world.machine.faults.fail(call, "EIO", 1, skip);
          world.run(60_000);
          world.machine.faults.clear();
          world.run(1000);
          const found = [String(world.machine), String(agent.process.descriptors), agent.conditions().join()];
          const said = `${call} failed after ${skip}${beneath ? "" : " without BENEATH"}`;
          expect([said, ...found]).toEqual([said, attached, "bare 1, parent 1, tree 1", "dumps Healthy/Verified"]);
        }
  });

test("a call that goes on failing is a state, and its end is noticed", () => {
  for (const call of calls) {
    const world = worldWith(mountOf({ name: "dumps" }));
    world.machine.faults.fail(call, "EIO", Number.POSITIVE_INFINITY);
    world.people.unmount(TARGET);
    world.run(200_000);
    const { length } = world.agent.traces;
    expect([call, length < 100]).toEqual([call, true]);
    world.machine.faults.clear();
    world.run(60_000);
    expect([call, String(world.machine), ...world.agent.conditions()]).toEqual([
      call,
      attached,
      "dumps Healthy/Verified",
    ]);
  }
});
