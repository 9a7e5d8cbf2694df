import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const HEALTHY = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

describe("the bare directory", () => {
  test("is made, locked and sealed even while there is no source", () => {
    const world = new World();
    const agent = world.start("one", configOf(dumps));
    world.run(1000);
    expect(String(world.machine)).toBe("/host/dumps: sealed directory held by one");
    expect(agent.conditions()).toEqual(["dumps Absent/SourceMissing"]);
  });

  test("bears a record of what is mounted on it, and of nothing else once it is", () => {
    const world = worldWith(dumps);
    expect(JSON.parse(world.people.bareAt(TARGET)?.record ?? "null")).toEqual({
      instance: "mooring",
      holder: "one",
      uuid: "uuid-1",
      mounted: [{ superDevice: "0:1", fsType: "ext4", source: "dumps", root: "/dumps" }],
    });
    world.people.mountClaim("/volumes/dumps");
    world.run(31_000);
    expect(JSON.parse(world.people.bareAt(TARGET)?.record ?? "null").mounted).toHaveLength(1);
  });

  test("that is unlocked under the mount is sealed again, without touching the mount", () => {
    const world = worldWith(dumps);
    const before = world.people.stackAt(TARGET);
    world.people.unlock(TARGET);
    world.run(30_000);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(world.people.stackAt(TARGET)).toEqual(before);
  });

  test("that is removed takes the mount along; both are back at once", () => {
    const world = worldWith(dumps);
    world.people.unlock(TARGET);
    world.people.removeBare(TARGET);
    world.agent.said();
    world.settle();
    expect(world.agent.said()).toEqual(["dumps bare directory locked", "dumps healed"]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("that is made anew bears the record before the mount is put back on it", () => {
    const world = worldWith(dumps);
    world.people.unlock(TARGET);
    world.people.removeBare(TARGET);
    world.machine.faults.fail("chmod", "EIO", 1000);
    world.agent.said();
    world.run(10_000);
    expect(world.people.stackAt(TARGET)).toEqual([]);
    expect(world.agent.said().join("\n")).toContain("EIO");
    world.machine.faults.clear();
    world.run(30_000);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("that is moved away with its mount is made again, and the mount put back", () => {
    const world = worldWith(dumps);
    world.people.unlock(TARGET);
    world.people.moveBareAway(TARGET);
    world.run(30_000);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("that is replaced by another one is locked and sealed anew before anything is attached", () => {
    const world = worldWith(dumps);
    const was = world.people.bareAt(TARGET);
    world.people.unlock(TARGET);
    world.people.removeBare(TARGET);
    world.people.makeBare(TARGET);
    world.settle();
    expect(world.people.bareAt(TARGET)).not.toBe(was);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("on a file system without the flag is closed only, told once, and not tried again", () => {
    const world = new World();
    world.machine.setsFlags = false;
    world.people.mountClaim("/volumes/dumps");
    const agent = world.start("one", configOf(dumps));
    world.run(120_000);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over closed directory held by one");
    expect(agent.said().filter((line) => line.includes("bare directory"))).toEqual([
      "dumps bare directory locked, without the flag",
    ]);
  });

  test("with files hidden in it is told as such", () => {
    const world = worldWith({ ...dumps, options: ["ro"] });
    world.people.unmount(TARGET);
    world.people.unlock(TARGET);
    world.people.writeBelow(TARGET);
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/ShadowedFiles"]);
    expect(world.agent.status[0]?.bareDirectory).toEqual({ locked: true, immutable: true, shadowed: 1 });
  });

  test("whose name a link bears is refused; the link gone, it is made", () => {
    const world = new World();
    world.people.mountClaim("/volumes/dumps");
    world.machine.makeParent("/host");
    world.people.plantLink(TARGET);
    const agent = world.start("one", configOf(dumps));
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Broken/TargetUnusable"]);
    expect(String(world.machine)).toBe("/host/dumps: a symbolic link");
    world.people.removeLink(TARGET);
    world.run(30_000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("with a record that somebody wrote odd things into is used all the same", () => {
    for (const record of [
      "",
      "{",
      "null",
      "[]",
      '{"instance":1}',
      '{"instance":"a","holder":"b","mounted":[null,{}]}',
    ]) {
      const world = new World();
      world.people.mountClaim("/volumes/dumps");
      world.machine.makeParent("/host");
      world.people.makeBare(TARGET);
      const bare = world.people.bareAt(TARGET);
      if (bare) bare.record = record;
      const agent = world.start("one", configOf(dumps));
      world.settle();
      expect([record, ...agent.conditions()]).toEqual([record, "dumps Healthy/Verified"]);
    }
  });
});
