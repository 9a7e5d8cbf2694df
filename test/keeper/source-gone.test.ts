import { expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const SOURCE = "/volumes/dumps";

/** A verified source is held, and waits for a foreign mount to go. */
const waiting = () => {
  const world = new World();
  world.machine.makeParent("/host");
  world.people.makeBare(TARGET);
  world.people.mountForeign(TARGET, { source: "other" });
  world.people.mountClaim(SOURCE);
  const agent = world.start("one", configOf(dumps));
  world.settle();
  expect(String(agent.process.descriptors)).toBe("bare 1, directory 1, parent 1");
  return { world, agent };
};

test("a claim that was mounted anew while its source waited is attached soon after the target is free", () => {
  const { world, agent } = waiting();
  world.people.remountClaim(SOURCE);
  world.run(40_000);
  agent.said();
  world.people.unmount(TARGET);
  world.run(1000);
  expect(agent.said()).toEqual([
    "dumps attach failed: open_tree EINVAL, again in 50 ms",
    "dumps is Broken/AttachFailed",
    "dumps attached",
    "dumps is Healthy/Verified",
  ]);
  expect(String(agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
});

test("a source of which nothing can be cloned, however new it is, is asked for at the monitor's pace", () => {
  const { world, agent } = waiting();
  world.machine.faults.fail("cloneSource", "EINVAL", Number.POSITIVE_INFINITY);
  world.people.unmount(TARGET);
  agent.said();
  world.run(300_000);
  const tries = agent.said().filter((line) => line.includes("attach failed"));
  expect(tries.length).toBeGreaterThan(9);
  expect(tries.length).toBeLessThan(14);
  world.machine.faults.clear();
  world.run(31_000);
  expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});
