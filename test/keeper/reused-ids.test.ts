import { describe, expect, test } from "bun:test";
import type { MountOption } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

/** A healthy mount on a kernel before 6.8. */
const healthy = () => {
  const world = new World();
  world.machine.reusesIds = true;
  world.people.mountClaim("/volumes/dumps");
  const agent = world.start("one", configOf(dumps));
  world.run(1000);
  agent.said();
  return { world, agent };
};

const idOf = ({ people }: World): bigint | undefined => people.stackAt(TARGET)[0]?.id;

/** Before anybody looks, ours goes and a foreign one comes, which the kernel gives the id of ours. */
const swap = (world: World, options: MountOption[] = []): void => {
  const before = idOf(world);
  world.people.unmount(TARGET);
  world.people.mount(TARGET, world.machine.makeFileSystem({ source: "other" }).root, options);
  expect(idOf(world)).toBe(before);
};

describe("a foreign mount that bears the id of ours", () => {
  for (const options of [[], ["nosuid", "nodev"]] satisfies MountOption[][])
    test(`is left alone and told, with the options ${options.join() || "of nobody"}`, () => {
      const { world, agent } = healthy();
      swap(world, options);
      world.run(100_000);
      expect(agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
      expect(agent.status[0]?.condition.message).toContain("from other");
      expect(world.people.stackAt(TARGET).map(({ root }) => root.fileSystem.source)).toEqual(["other"]);
    });

  test("is not given up for ours", () => {
    const { world, agent } = healthy();
    swap(world);
    agent.order({ kind: "release" });
    world.run(1000);
    expect(agent.left).toEqual([]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is not taken for ours where another one hides it, either", () => {
    const { world, agent } = healthy();
    swap(world);
    world.people.mountForeign(TARGET, { source: "another" });
    agent.order({ kind: "release" });
    world.run(1000);
    expect(agent.left).toEqual([]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });

  test("does not hide that the locked directory is not at the target any more", () => {
    const { world, agent } = healthy();
    world.people.unmount(TARGET);
    world.people.unlock(TARGET);
    world.people.moveBareAway(TARGET);
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, world.machine.makeFileSystem({ source: "other" }).root);
    world.settle();
    expect(agent.said()).toContain("dumps bare directory locked");
    expect(world.people.bareAt(TARGET)?.lock?.by).toBe("one");
  });
});

test("a mount whose source was deleted is ours all the same, and replaced", () => {
  const { world, agent } = healthy();
  world.people.removeSource("/volumes/dumps");
  world.people.makeSource("/volumes/dumps");
  world.run(31_000);
  expect(agent.said()).toContain("dumps replaced");
  expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});
