import { expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import type { World } from "./world.ts";
import { worldWith } from "./world.ts";

const TARGET = "/host/dumps";

/** Milliseconds between one failure and the next. */
const pauses = ({ agent }: ReturnType<typeof worldWith>): number[] => {
  const times = agent.traces.filter(({ kind }) => kind === "actionFailed").map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
};

/** Mounts come and go beside the target, as they do on a node: each change wakes the keeper. */
const disturb = (world: World, times: number): void => {
  for (let count = 0; count < times; count++) {
    for (const process of world.machine.processes) process.mountsChanged = true;
    world.settle();
  }
};

test("an attempt that fails is made again at growing pauses, up to the longest", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("attach", "ENOSPC", 20);
  world.people.unmount(TARGET);
  world.run(170_000);
  expect(pauses(world).slice(0, 10)).toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600]);
  expect(new Set(pauses(world).slice(10))).toEqual(new Set([30_000]));
  expect(world.agent.conditions()).toEqual(["dumps Broken/AttachFailed"]);
});

test("mounts that come and go beside it make no attempt come sooner", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("attach", "ENOSPC", 3);
  world.people.unmount(TARGET);
  disturb(world, 20);
  world.run(40);
  disturb(world, 20);
  expect(pauses(world)).toEqual([]);
  world.run(1000);
  expect(pauses(world)).toEqual([50, 100]);
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});

test("what fails while the right mount is on top backs off all the same", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("cloneTop", "EMFILE", 5);
  world.people.unmount(TARGET);
  disturb(world, 20);
  expect(pauses(world)).toEqual([]);
  world.run(10_000);
  expect(pauses(world)).toEqual([50, 100, 200, 400]);
  expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
});

test("a failed action that nobody wants any more does not wake the keeper", () => {
  const world = worldWith(mountOf({ name: "dumps", onForeign: "replace" }));
  const foreign = world.people.mountForeign(TARGET, { source: "other" });
  if (foreign) foreign.inside = 1;
  world.settle();
  world.agent.configure(configOf(mountOf({ name: "dumps", onForeign: "report" })));
  world.run(120_000);
  expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
  expect(world.agent.keeper.wakeInMs()).toBeGreaterThan(1000);
});

test("nor does one that waits while nothing may be done", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("attach", "ENOSPC", 100);
  world.people.unmount(TARGET);
  world.settle();
  for (const parent of world.machine.parents.values()) parent.shared = false;
  world.run(60_000);
  expect(world.agent.conditions()).toEqual(["dumps Broken/NotShared"]);
  expect(world.agent.keeper.wakeInMs()).toBeGreaterThan(1000);
});

test("a look that fails is taken again soon, not only at the next interval", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("look", "ENOMEM", 3);
  world.people.unmount(TARGET);
  world.settle();
  expect(world.agent.conditions()).toEqual(["dumps Broken/ParentMissing"]);
  world.run(50 + 100 + 200);
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});

test("what cannot be looked at for long is looked at with the longest pause", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.machine.faults.fail("inspectParent", "EIO", Number.POSITIVE_INFINITY);
  world.run(200_000);
  expect(world.agent.keeper.wakeInMs()).toBeGreaterThan(1000);
  expect(world.agent.traces.length).toBeLessThan(10);
});
