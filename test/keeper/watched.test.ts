import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const watched = mountOf({ name: "dumps", source: null });
const TARGET = watched.target;

/** A target that somebody has mounted and an agent only watches. */
function watching() {
  const world = new World();
  world.machine.makeParent("/host");
  world.people.makeBare(TARGET);
  const volume = world.people.mountClaim("/volumes/dumps");
  world.people.mount(TARGET, volume);
  const agent = world.start("one", configOf(watched));
  world.settle();
  return { world, volume, agent };
}

describe("a watched target", () => {
  test("is looked at and anchored; it is never locked, sealed or remounted", () => {
    const { world, agent } = watching();
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps over open directory");
    expect(agent.said()).toEqual([
      "dumps is Unknown/NotYetVerified",
      "dumps volume is new: uuid-1",
      "dumps adopted",
      "dumps is Healthy/Verified",
    ]);
    expect(String(agent.process.descriptors)).toBe("parent 1, tree 1");
  });

  test("that is lost is put back from its anchor", () => {
    const { world, agent } = watching();
    world.people.unmount(TARGET);
    agent.said();
    world.settle();
    expect(agent.said()).toEqual(["dumps healed"]);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps over open directory");
  });

  test("that was never seen mounted is waited for", () => {
    const world = new World();
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    const agent = world.start("one", configOf(watched));
    world.run(60_000);
    expect(agent.said()).toEqual(["dumps is Absent/SourceUnknown"]);
    world.people.mount(TARGET, world.people.mountClaim("/volumes/dumps"));
    world.run(1000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that does not exist is not made", () => {
    const world = new World();
    world.machine.makeParent("/host");
    const agent = world.start("one", configOf(watched));
    world.run(60_000);
    expect(String(world.machine)).toBe("");
    expect(agent.conditions()).toEqual(["dumps Absent/SourceUnknown"]);
  });

  test("whose directory was removed is missed without attempts, and put back when somebody makes it again", () => {
    const { world, agent } = watching();
    world.people.removeBare(TARGET);
    agent.said();
    world.run(50_000);
    expect(agent.said()).toEqual(["dumps is Absent/NotMounted"]);
    world.people.makeBare(TARGET);
    world.run(30_000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that somebody covers is reported, and nothing is done about it", () => {
    const { world, agent } = watching();
    world.people.mountForeign(TARGET, { source: "other" });
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });

  test("whose directory was deleted is reported, and nothing is done about it", () => {
    const { world, agent } = watching();
    world.people.removeSource("/volumes/dumps");
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Broken/SourceDeleted"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is watched by two agents at once", () => {
    const { world, agent } = watching();
    const second = world.start("two", configOf(watched));
    world.settle();
    world.people.unmount(TARGET);
    world.run(1000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });
});
