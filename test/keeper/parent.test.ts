import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const HEALTHY = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

const parentOf = (world: World) => {
  const parent = world.machine.parents.get("/host");
  if (!parent) throw new Error("there is a parent");
  return parent;
};

describe("the parent", () => {
  test("that is missing is made where that would reach the host", () => {
    const world = worldWith(dumps);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("that cannot be made is waited for", () => {
    const world = new World();
    world.machine.sharedRoot = false;
    world.people.mountClaim("/volumes/dumps");
    const agent = world.start("one", configOf(dumps));
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Broken/ParentMissing"]);
    world.machine.sharedRoot = true;
    world.run(30_000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that is private is no place for a mount, and is one as soon as it is shared again", () => {
    const world = new World();
    world.people.mountClaim("/volumes/dumps");
    world.machine.makeParent("/host");
    parentOf(world).shared = false;
    const agent = world.start("one", configOf(dumps));
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Broken/NotShared"]);
    expect(agent.status[0]?.condition.message).toContain("Bidirectional");
    expect(String(world.machine)).toBe("/host: private");
    parentOf(world).shared = true;
    world.run(30_000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that is made private under a mount is noticed without an event; the mount stays as it is", () => {
    const world = worldWith(dumps);
    const before = world.people.stackAt(TARGET);
    parentOf(world).shared = false;
    world.run(30_000);
    expect(world.agent.conditions()).toEqual(["dumps Broken/NotShared"]);
    parentOf(world).shared = true;
    world.run(30_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toEqual(before);
  });

  test("that is private is enough for a watched target", () => {
    const world = new World();
    world.machine.makeParent("/host");
    parentOf(world).shared = false;
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, world.people.mountClaim("/volumes/dumps"));
    const agent = world.start("one", configOf(mountOf({ name: "dumps", source: null })));
    world.settle();
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  for (const [how, happen] of [
    ["renamed", (world: World) => world.people.renameParent("/host", "/old")],
    ["removed", (world: World) => world.people.removeParent("/host")],
  ] as const)
    test(`that is ${how} on the host wants a new container; nothing is done in the old one`, () => {
      const world = worldWith(dumps);
      happen(world);
      const before = String(world.machine);
      world.run(30_000);
      expect(world.agent.conditions()).toEqual(["dumps Broken/ParentReplaced"]);
      expect(world.agent.restartNeeded).toContain("only a new container");
      expect(String(world.machine)).toBe(before);
      world.kill(world.agent);
      world.people.replaceParent("/host");
      world.start("one", configOf(dumps));
      world.settle();
      expect(String(world.machine)).toBe(HEALTHY);
    });

  test("that was renamed and is renamed back is as before", () => {
    const world = worldWith(dumps);
    world.people.renameParent("/host", "/old");
    world.run(30_000);
    world.people.renameParent("/host", "/host");
    world.run(30_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("whose path leads to another directory is followed there", () => {
    const world = worldWith(dumps);
    world.people.replaceParent("/host");
    world.run(30_000);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("that something is mounted over is noticed within a second: an event on the way there", () => {
    const world = worldWith(dumps);
    world.people.replaceParent("/host");
    world.agent.process.mountsChanged = true;
    world.run(1000);
    expect(String(world.machine)).toBe(HEALTHY);
    world.people.replaceParent("/host");
    world.agent.process.mountsChanged = true;
    world.run(1000);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("whose path leads to another mount is followed there and not taken for renamed", () => {
    const world = worldWith(dumps);
    world.people.replaceParent("/host");
    parentOf(world).root = "/";
    world.run(90_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.agent.restartNeeded).toBeNull();
  });

  test("that has vanished with its path is waited for", () => {
    const world = worldWith(dumps);
    world.machine.parents.clear();
    world.machine.sharedRoot = false;
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Broken/ParentMissing"]);
    world.machine.sharedRoot = true;
    world.run(30_000);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  describe("that is a target itself, or lies in one,", () => {
    const inside = mountOf({ name: "inside", target: "/host/dumps/a/b" });
    const leftBehind = (): World => {
      const world = worldWith(dumps);
      world.kill(world.agent);
      world.people.mountClaim("/volumes/inside");
      return world;
    };
    const refused = (world: World): void => {
      const before = String(world.machine);
      const agent = world.start("two", configOf(inside));
      world.run(30_000);
      expect(agent.conditions()).toEqual(["inside Broken/ParentMissing"]);
      expect(agent.status[0]?.condition.message).toContain("/host/dumps/a/b lies inside /host/dumps, a target of one");
      expect(String(world.machine)).toBe(before);
    };

    test("is refused, while something is mounted there", () => refused(leftBehind()));

    test("and while nothing is: the locked bare directory", () => {
      const world = leftBehind();
      world.people.unmount(TARGET);
      refused(world);
    });

    test("is good again when somebody else's mount lies there", () => {
      const world = leftBehind();
      world.people.unmount(TARGET);
      world.people.mountForeign(TARGET, { source: "other" });
      const agent = world.start("two", configOf(inside));
      world.settle();
      expect(agent.conditions()).toEqual(["inside Healthy/Verified"]);
    });
  });
});
