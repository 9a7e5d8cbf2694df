import { describe, expect, spyOn, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

/** A healthy mount of a file system that shows its directories as NFS does. */
const healthy = (namesPath = true) => {
  const world = new World();
  world.people.mountClaim("/volumes/dumps", { namesPath });
  const agent = world.start("one", configOf(dumps));
  world.run(1000);
  return { world, agent };
};

const recorded = ({ people }: World): unknown =>
  (JSON.parse(people.bareAt(TARGET)?.record ?? "null") as { mounted: { source: string; root: string }[] }).mounted.map(
    ({ source, root }) => `${source} ${root}`,
  );

describe("a mount that the kernel shows under another name than its source", () => {
  test("is recorded by both, once", () => {
    const { world, agent } = healthy();
    expect(recorded(world)).toEqual(["dumps /dumps", "dumps/dumps /"]);
    const seal = spyOn(agent.process.kernel, "sealBare");
    for (let loss = 0; loss < 3; loss++) {
      world.people.unmount(TARGET);
      world.run(1000);
    }
    world.kill(agent);
    expect(seal).not.toHaveBeenCalled();
    const second = world.start("one", configOf(dumps));
    world.run(1000);
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(recorded(world)).toEqual(["dumps /dumps", "dumps/dumps /"]);
  });

  test("is known as ours by an agent that is given another source, and replaced", () => {
    const { world, agent } = healthy();
    world.kill(agent);
    world.people.mountClaim("/volumes/other", { namesPath: true });
    const second = world.start("one", configOf({ ...dumps, source: "/volumes/other" }));
    world.run(1000);
    expect(second.said()).toContain("dumps replaced");
    expect(String(world.machine)).toBe("/host/dumps: other:/other nodev,nosuid over sealed directory held by one");
    expect(recorded(world)).toEqual(["other /other", "other/other /"]);
  });

  test("is released by one that never saw its source", () => {
    const { world, agent } = healthy();
    world.kill(agent);
    const second = world.start("two", configOf(dumps));
    second.keeper.obey({ kind: "release" });
    second.keeper.pass("full");
    expect(second.left).toEqual([]);
    expect(second.said()).toContain("dumps released");
    expect(String(world.machine)).toBe("/host/dumps: sealed directory held by two");
  });

  test("is an orphan once nobody configures it", () => {
    const { world, agent } = healthy();
    world.kill(agent);
    world.people.mountClaim("/volumes/data");
    world.start("one", configOf(mountOf({ name: "data" })));
    world.run(60_000);
    expect(world.people.stackAt(TARGET)).toEqual([]);
  });
});

test("a mount that is shown as its source is recorded once", () => {
  const { world } = healthy(false);
  expect(recorded(world)).toEqual(["dumps /dumps"]);
});
