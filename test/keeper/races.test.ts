import { expect, test } from "bun:test";
import { mountOf } from "./configuration.ts";
import { type World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

/** Somebody mounts over the target right after the keeper has attached: before its `skip`th look from now on. */
const coverBefore = (world: World, skip: number): void => {
  world.machine.faults.race("look", () => world.people.mountForeign(TARGET, { source: "other" }), skip);
};

for (let skip = 0; skip < 8; skip++)
  test(`a mount that comes before look ${skip} of a heal is somebody else's, and left alone`, () => {
    const world = worldWith(dumps);
    world.people.unmount(TARGET);
    coverBefore(world, skip);
    world.run(60_000);
    expect(world.people.stackAt(TARGET)[0]?.root.fileSystem.source).toBe("other");
    expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
  });

for (let skip = 0; skip < 8; skip++)
  test(`a mount that comes before look ${skip} of a replacement is somebody else's, and left alone`, () => {
    const world = worldWith(dumps);
    world.people.mountClaim("/volumes/dumps");
    world.agent.probe();
    world.agent.pollProbers();
    coverBefore(world, skip);
    world.run(60_000);
    expect(world.people.stackAt(TARGET)[0]?.root.fileSystem.source).toBe("other");
    expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
  });

test("a mount that goes right before it would be detached takes nothing else with it", () => {
  const world = worldWith({ ...dumps, onForeign: "replace" });
  world.people.mountForeign(TARGET, { source: "other" });
  const before = world.people.stackAt(TARGET)[1];
  world.machine.faults.race("detachTop", () => world.people.unmount(TARGET));
  world.settle();
  expect(world.people.stackAt(TARGET)).toEqual(before ? [before] : []);
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});

test("a target that becomes a link right before it is attached to is left alone", () => {
  const world = worldWith(dumps);
  world.people.unlock(TARGET);
  world.people.unmount(TARGET);
  world.machine.faults.race("attach", () => {
    world.people.removeBare(TARGET);
    world.people.plantLink(TARGET);
  });
  world.run(60_000);
  expect(String(world.machine)).toBe("/host/dumps: a symbolic link");
  expect(world.agent.conditions()).toEqual(["dumps Broken/TargetUnusable"]);
});
