import { describe, expect, test } from "bun:test";
import type { MountOption } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const TARGET = "/host/dumps";
const idsAt = (world: World): bigint[] => world.people.stackAt(TARGET).map(({ id }) => id);

describe("an agent that starts", () => {
  for (const options of [["nosuid", "nodev"], ["ro"]] satisfies MountOption[][])
    test(`adopts the mount that an earlier life made with ${options.join()}, and changes none`, () => {
      const mount = mountOf({ name: "dumps", options });
      const world = worldWith(mount);
      const before = [String(world.machine), idsAt(world)];
      world.kill(world.agent);
      const second = world.start("one", configOf(mount));
      world.settle();
      expect([String(world.machine), idsAt(world)]).toEqual(before);
      expect(second.said().slice(2)).toEqual(["dumps adopted", "dumps is Healthy/Verified"]);
      expect(String(second.process.descriptors)).toBe("bare 1, parent 1, tree 1");
    });

  test("adopts the right mount that somebody else made, and puts its options right", () => {
    const world = new World();
    const source = world.people.mountClaim("/volumes/dumps");
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, source);
    const before = idsAt(world);
    const agent = world.start("one", configOf(mountOf({ name: "dumps" })));
    world.settle();
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
    expect(idsAt(world)).toEqual(before);
    expect(agent.said()).toEqual([
      "dumps bare directory locked",
      "dumps is Unknown/NotYetVerified",
      "dumps volume is new: uuid-1",
      "dumps options restored, were rw",
      "dumps adopted",
      "dumps is Healthy/Verified",
    ]);
  });

  test("adopts its mount that was remounted read-only meanwhile, and puts that right", () => {
    const mount = mountOf({ name: "dumps" });
    const world = worldWith(mount);
    world.kill(world.agent);
    world.people.remount(TARGET, ["ro"]);
    const before = idsAt(world);
    const second = world.start("one", configOf(mount));
    world.settle();
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(idsAt(world)).toEqual(before);
  });

  test("adopts its mount by the volume's UUID when the source is out of sight", () => {
    const mount = mountOf({ name: "dumps" });
    const world = worldWith(mount);
    world.kill(world.agent);
    world.people.unmountClaim("/volumes/dumps");
    const before = idsAt(world);
    const second = world.start("one", configOf(mount));
    world.settle();
    expect(second.conditions()).toEqual(["dumps Degraded/SourceGone"]);
    expect(idsAt(world)).toEqual(before);
  });

  test("twenty times, killed each time, leaves one mount", () => {
    const mount = mountOf({ name: "dumps" });
    const world = worldWith(mount);
    const before = idsAt(world);
    for (let life = 0; life < 20; life++) {
      for (const agent of world.agents) world.kill(agent);
      world.start("one", configOf(mount));
      world.run(1000);
    }
    expect(idsAt(world)).toEqual(before);
    expect(world.agents[0]?.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("replaces what its record says an earlier life mounted, from a source that is another by now", () => {
    const mount = mountOf({ name: "dumps" });
    const world = worldWith(mount);
    world.kill(world.agent);
    world.people.removeSource("/volumes/dumps");
    world.people.makeSource("/volumes/dumps");
    const second = world.start("one", configOf(mount));
    world.settle();
    expect(second.said()).toEqual([
      "dumps is Broken/SourceDeleted",
      "dumps bare directory locked",
      "dumps volume was uuid-1, is uuid-2",
      "dumps replaced",
      "dumps is Healthy/Verified",
    ]);
  });
});

test("a right mount that cannot be anchored counts as attached all the same", () => {
  const mount = mountOf({ name: "dumps" });
  const world = worldWith(mount);
  world.kill(world.agent);
  world.machine.faults.fail("cloneTop", "EMFILE", Number.POSITIVE_INFINITY);
  const second = world.start("one", configOf(mount));
  world.run(60_000);
  expect(second.status[0]).toMatchObject({ attached: true, verified: true, condition: { state: "Healthy" } });
});
