import { expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const started = (): { world: World; start: () => ReturnType<World["start"]> } => {
  const world = new World();
  world.people.mountClaim("/volumes/dumps");
  return { world, start: () => world.start("one", configOf(mountOf({ name: "dumps" }))) };
};

for (const [op, code] of [
  ["take", "ESRCH"],
  ["take", "EPERM"],
  ["identify", "EIO"],
] as const)
  test(`a source that cannot be taken over (${op}: ${code}) is a state, and is asked for again`, () => {
    const { world, start } = started();
    world.machine.faults.fail(op, code);
    const agent = start();
    world.settle();
    expect(agent.conditions()).toEqual(["dumps Broken/AttachFailed"]);
    expect(agent.status[0]?.condition.message).toContain(code);
    expect(String(agent.process.descriptors)).toBe("bare 1, parent 1");
    world.run(30_000);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

test("another UUID in the same directory is told once and leads to nothing", () => {
  const { world, start } = started();
  const agent = start();
  world.settle();
  const before = String(world.machine);
  const root = world.people.stackAt("/host/dumps")[0]?.root;
  if (root?.marker) root.marker.uuid = "uuid-9";
  agent.said();
  world.run(120_000);
  expect(agent.said()).toEqual(["dumps volume was uuid-1, is uuid-9"]);
  expect(String(world.machine)).toBe(before);
});

test("the UUID of a foreign mount is not told as the volume's", () => {
  const watched = mountOf({ name: "dumps", source: null });
  const world = new World();
  world.machine.makeParent("/host");
  world.people.makeBare("/host/dumps");
  world.people.mount("/host/dumps", world.people.mountClaim("/volumes/dumps"));
  const agent = world.start("one", configOf(watched));
  world.settle();
  world.people.mountForeign("/host/dumps", { source: "other" });
  agent.said();
  world.run(120_000);
  expect(agent.said()).toEqual(["dumps is Wrong/ForeignMount", "dumps not recovered"]);
});

test("a descriptor that is another directory than the child told is not taken for the source", () => {
  const { world, start } = started();
  const other = world.people.mountClaim("/volumes/other");
  world.machine.faults.race("take", () => {
    for (const { opened } of world.machine.children.values())
      for (const [fd] of opened) opened.set(fd, { kind: "directory", directory: other, through: null });
  });
  const agent = start();
  world.settle();
  expect(agent.conditions()).toEqual(["dumps Unknown/NotYetVerified"]);
  expect(String(world.machine)).toBe("/host/dumps: sealed directory held by one");
  expect(String(agent.process.descriptors)).toBe("bare 1, parent 1");
  world.run(31_000);
  expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});

test("what is recognised through the target must be there still", () => {
  const world = new World();
  world.machine.makeParent("/host");
  world.people.makeBare("/host/dumps");
  world.people.mount("/host/dumps", world.people.mountClaim("/volumes/dumps"));
  world.machine.faults.race("cloneTop", () => world.people.mountForeign("/host/dumps", { source: "other" }));
  const agent = world.start("one", configOf(mountOf({ name: "dumps", source: null })));
  agent.step();
  agent.pollProbers();
  agent.step();
  expect(agent.status[0]).toMatchObject({ attached: false, identity: null, condition: { state: "Unknown" } });
  expect(String(agent.process.descriptors)).toBe("parent 1");
});

test("what cannot be cloned when it is recognised is recognised at the next report", () => {
  const world = new World();
  world.machine.makeParent("/host");
  world.people.makeBare("/host/dumps");
  world.people.mount("/host/dumps", world.people.mountClaim("/volumes/dumps"));
  world.machine.faults.fail("cloneTop", "EMFILE");
  const agent = world.start("one", configOf(mountOf({ name: "dumps", source: null })));
  world.run(100);
  expect(agent.conditions()).toEqual(["dumps Unknown/NotYetVerified"]);
  world.run(31_000);
  expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});
