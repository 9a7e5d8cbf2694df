import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { type World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const HEALTHY = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

const remakeSource = (world: World): void => {
  world.people.removeSource("/volumes/dumps");
  world.people.makeSource("/volumes/dumps");
};

/** How many mounts lay on the target after each change. */
const watchDepths = (world: World): number[] => {
  const depths: number[] = [];
  world.machine.onChange(() => depths.push(world.people.stackAt(TARGET).length));
  return depths;
};

describe("a stale mount", () => {
  test("whose source was deleted is told at once, and stays until there is a new one", () => {
    const world = worldWith(dumps);
    world.people.removeSource("/volumes/dumps");
    world.agent.said();
    world.run(30_000);
    expect(world.agent.said()).toEqual(["dumps is Broken/SourceDeleted"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    world.people.makeSource("/volumes/dumps");
    world.run(31_000);
    expect(world.agent.said()).toEqual([
      "dumps volume was uuid-1, is uuid-2",
      "dumps replaced",
      "dumps is Healthy/Verified",
    ]);
  });

  test("whose source was deleted and made again between two looks is told as a loss all the same", () => {
    const world = worldWith(dumps);
    remakeSource(world);
    world.agent.said();
    world.agent.probe();
    world.run(1000);
    expect(world.agent.said()).toEqual([
      "dumps volume was uuid-1, is uuid-2",
      "dumps is Broken/SourceDeleted",
      "dumps replaced",
      "dumps is Healthy/Verified",
    ]);
  });

  test("is replaced from beneath: at no moment is the target bare", () => {
    const world = worldWith(dumps);
    const depths = watchDepths(world);
    remakeSource(world);
    world.run(31_000);
    expect(depths).toEqual([2, 1]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("is detached first where the kernel cannot attach beneath", () => {
    const world = worldWith(dumps);
    world.machine.beneath = false;
    const depths = watchDepths(world);
    remakeSource(world);
    world.run(31_000);
    expect(depths).toEqual([0, 1]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("with something mounted inside stays, and is replaced when that has gone", () => {
    const world = worldWith(dumps);
    const [stale] = world.people.stackAt(TARGET);
    if (stale) stale.inside = 1;
    remakeSource(world);
    world.run(120_000);
    expect(world.agent.conditions()).toEqual(["dumps Broken/SourceDeleted"]);
    expect(world.people.stackAt(TARGET)[0]).toBe(stale);
    if (stale) stale.inside = 0;
    world.run(31_000);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("is still known as ours when it shows again under a mount that was adopted", () => {
    const world = worldWith(dumps);
    const root = world.people.mountClaim("/volumes/dumps");
    world.people.mount(TARGET, root);
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/Stacked"]);
    world.people.unmount(TARGET);
    world.settle();
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET).map((mount) => mount.root)).toEqual([root]);
  });

  test("of another claim is told as stale while it cannot be replaced", () => {
    const world = worldWith(dumps);
    world.people.mountClaim("/volumes/dumps");
    world.machine.faults.fail("attachBeneath", "EIO", 100);
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Wrong/StaleMount"]);
    expect(world.agent.status[0]?.condition.message).toContain("EIO");
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });
});

describe("a foreign mount on top", () => {
  test("is reported with what it is, and left alone", () => {
    const world = worldWith(dumps);
    world.people.mountForeign(TARGET, { fsType: "tmpfs", source: "other" });
    world.run(100_000);
    expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
    expect(world.agent.status[0]?.condition.message).toContain("tmpfs from other");
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });

  test("that goes away leaves the right one, told once", () => {
    const world = worldWith(dumps);
    world.people.mountForeign(TARGET, { source: "other" });
    world.settle();
    world.agent.said();
    world.people.unmount(TARGET);
    world.settle();
    expect(world.agent.said()).toEqual(["dumps is Healthy/Verified"]);
  });

  test("is detached by policy where the right one lies below", () => {
    const world = worldWith({ ...dumps, onForeign: "replace" });
    const depths = watchDepths(world);
    world.agent.said();
    world.people.mountForeign(TARGET, { source: "other" });
    world.settle();
    expect(world.agent.said()).toEqual(["dumps uncovered"]);
    expect(depths).toEqual([2, 1]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("is replaced from beneath by policy where nothing lies below", () => {
    const world = worldWith({ ...dumps, onForeign: "replace" });
    world.people.unmount(TARGET);
    world.people.mountForeign(TARGET, { source: "other" });
    const depths = watchDepths(world);
    world.settle();
    expect(depths).toEqual([2, 1]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("is reported by an agent that finds it at its start, and replaced by policy only once the source is verified", () => {
    const world = worldWith(dumps);
    world.kill(world.agent);
    world.people.unmount(TARGET);
    world.people.mountForeign(TARGET, { source: "other" });
    world.people.unmountClaim("/volumes/dumps");
    const agent = world.start("one", configOf({ ...dumps, onForeign: "replace" }));
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Unknown/SourceNotMounted"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    world.people.mountClaim("/volumes/dumps");
    world.run(31_000);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("is left alone as long as it cannot be told from the right one", () => {
    const world = worldWith({ ...dumps, onForeign: "replace" });
    const volume = world.people.stackAt(TARGET)[0]?.root.fileSystem;
    world.kill(world.agent);
    world.people.mountForeign(TARGET, { source: "other" });
    if (volume) volume.temper = "silent";
    const agent = world.start("one", configOf({ ...dumps, onForeign: "replace" }));
    world.run(200_000);
    expect(agent.conditions()).toEqual(["dumps Hung/ProbeTimeout"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });
});

test("a stale mount is not replaced by the same deleted directory that an agent still holds", () => {
  const world = worldWith(dumps);
  const second = world.start("two", configOf(dumps));
  world.settle();
  const before = world.people.stackAt(TARGET);
  world.people.removeSource("/volumes/dumps");
  world.kill(world.agent);
  world.run(60_000);
  expect(second.conditions()).toEqual(["dumps Broken/SourceDeleted"]);
  expect(world.people.stackAt(TARGET)).toEqual(before);
  world.people.makeSource("/volumes/dumps");
  world.run(31_000);
  expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
});

for (const [what, source] of [
  ["a managed", "/volumes/dumps"],
  ["a watched", null],
] as const)
  test(`${what} mount whose directory was deleted before it was lost is not tried again and again`, () => {
    const world = worldWith(dumps);
    world.agent.configure(configOf(mountOf({ name: "dumps", source })));
    world.settle();
    world.people.removeSource("/volumes/dumps");
    world.people.unmount(TARGET);
    world.agent.said();
    world.run(100_000);
    expect(world.agent.said().filter((line) => line.includes("failed"))).toHaveLength(1);
    expect(world.agent.conditions()).toEqual([`dumps Absent/${source === null ? "SourceUnknown" : "SourceMissing"}`]);
    expect(String(world.agent.process.descriptors)).toBe(source === null ? "parent 1" : "bare 1, parent 1");
  });
