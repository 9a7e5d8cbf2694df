import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const data = mountOf({ name: "data" });
const TARGET = dumps.target;

describe("a mount that no configuration names any more", () => {
  test("and that another agent holds is left to that", () => {
    const world = worldWith(dumps, data);
    const second = world.start("two", configOf(dumps, data));
    world.settle();
    second.configure(configOf(data));
    world.settle();
    expect(String(second.process.descriptors)).toBe("directory 1, parent 1");
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is released once its parent can be looked at again", () => {
    const world = worldWith(dumps, data);
    const [parent] = world.machine.parents.values();
    if (!parent) throw new Error("there is a parent");
    parent.shared = false;
    world.agent.configure(configOf(data));
    world.run(10_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    parent.shared = true;
    world.run(60_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("is released where it was put, wherever its path leads by now", () => {
    const elsewhere = mountOf({ name: "data", target: "/elsewhere/data" });
    const world = worldWith(dumps, elsewhere);
    const [mount] = world.people.stackAt(TARGET);
    world.people.replaceParent("/host");
    world.agent.configure(configOf(elsewhere));
    world.settle();
    expect(mount?.state).toBe("gone");
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
    expect(world.agent.conditions()).toEqual(["data Healthy/Verified"]);
  });

  test("is released once somebody's mount over it has gone, and that is left alone", () => {
    const world = worldWith(dumps, data);
    world.people.mountForeign(TARGET, { source: "other" });
    world.agent.configure(configOf(data));
    world.run(60_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
    expect(String(world.agent.process.descriptors)).toBe("bare 2, parent 2, tree 1");
    world.people.unmount(TARGET);
    world.settle();
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });
});
