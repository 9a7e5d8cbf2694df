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
