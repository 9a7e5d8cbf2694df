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
