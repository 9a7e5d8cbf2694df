import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

function twoAgents() {
  const world = worldWith(dumps);
  const second = world.start("two", configOf(dumps));
  world.settle();
  return { world, second };
}

describe("a second agent", () => {
  test("waits, names the holder and does nothing", () => {
    const { world, second } = twoAgents();
    const changes: string[] = [];
    world.machine.onChange(({ by }) => changes.push(by));
    world.people.unlock(TARGET);
    world.people.unmount(TARGET);
    world.run(100_000);
    expect(second.conditions()).toEqual(["dumps Waiting/HeldByAnotherAgent"]);
    expect(second.status[0]?.condition.message).toContain("held by one");
    expect(changes.filter((by) => by === "two")).toEqual([]);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("takes over when the first dies, and adopts what that has mounted", () => {
    const { world, second } = twoAgents();
    const before = world.people.stackAt(TARGET);
    world.kill(world.agent);
    second.said();
    world.run(31_000);
    expect(second.said()).toEqual(["dumps bare directory locked", "dumps adopted", "dumps is Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toEqual(before);
  });

  test("puts the mount back when it takes over a bare target", () => {
    const { world, second } = twoAgents();
    world.kill(world.agent);
    world.people.unmount(TARGET);
    world.settle();
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by two");
  });

  test("whose record is unreadable still names somebody", () => {
    const { world, second } = twoAgents();
    const bare = world.people.bareAt(TARGET);
    if (bare) bare.record = "x";
    world.run(31_000);
    expect(second.status[0]?.condition.message).toContain("held by another agent");
  });

  test("that holds a new directory in the place of the locked one is the one that acts", () => {
    const { world, second } = twoAgents();
    world.people.unlock(TARGET);
    world.people.moveBareAway(TARGET);
    second.process.mountsChanged = true;
    second.step();
    world.run(1000);
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.agent.conditions()).toEqual(["dumps Waiting/HeldByAnotherAgent"]);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by two");
  });

  test("that ends leaves the first as it is", () => {
    const { world, second } = twoAgents();
    world.kill(second);
    world.people.unmount(TARGET);
    world.settle();
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });
});
