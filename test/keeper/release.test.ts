import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const data = mountOf({ name: "data" });
const TARGET = dumps.target;

const leftOf = ({ agent }: ReturnType<typeof worldWith>): string[] | null => agent.left;

describe("a release", () => {
  test("detaches every mount, leaves sealed directories and pins nothing", () => {
    const world = worldWith(dumps, data);
    world.agent.said();
    world.agent.order({ kind: "release" });
    world.settle();
    expect(leftOf(world)).toEqual([]);
    expect(world.agent.said()).toEqual([
      "dumps released",
      "dumps is Absent/Released",
      "data released",
      "data is Absent/Released",
    ]);
    expect(String(world.machine)).toBe(
      "/host/data: sealed directory held by one\n/host/dumps: sealed directory held by one",
    );
    expect(String(world.agent.process.descriptors)).toBe("bare 2, parent 2");
  });

  test("is a state of its own: nothing is missed, nothing is put back", () => {
    const world = worldWith(dumps);
    world.agent.order({ kind: "release" });
    world.settle();
    world.agent.said();
    world.run(300_000);
    expect(world.agent.said()).toEqual([]);
    expect(world.agent.status[0]?.attached).toBe(false);
    expect(world.people.stackAt(TARGET)).toEqual([]);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1");
  });

  // On uninstall main removes it while the keeper is still awake; its own unmount has just woken it.
  test("leaves the bare directory to whoever asked: once all is released it is not made or locked again", () => {
    const world = worldWith(dumps);
    world.agent.order({ kind: "release" });
    world.settle();
    expect(leftOf(world)).toEqual([]);
    world.people.unlock(TARGET);
    world.run(300_000);
    expect(String(world.machine)).toBe("/host/dumps: open directory held by one");
    world.people.removeBare(TARGET);
    world.run(300_000);
    expect(String(world.machine)).toBe("");
  });

  test("of a mount that was just lost lets go of its anchor, and misses it no longer", () => {
    const world = worldWith(dumps);
    world.people.unmount(TARGET);
    world.agent.order({ kind: "release" });
    world.run(300_000);
    expect(leftOf(world)).toEqual([]);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1");
    expect(world.agent.said().at(-1)).toBe("dumps is Absent/Released");
    expect(world.agent.status[0]?.attached).toBe(false);
  });

  test("says what is left while something is mounted inside, and goes on trying", () => {
    const world = worldWith(dumps);
    const [mount] = world.people.stackAt(TARGET);
    if (mount) mount.inside = 1;
    world.agent.order({ kind: "release" });
    world.run(1000);
    expect(leftOf(world)).toEqual([TARGET]);
    if (mount) mount.inside = 0;
    world.run(2000);
    expect(leftOf(world)).toEqual([]);
  });

  test("takes every one of our mounts where several are stacked", () => {
    const world = worldWith(dumps);
    const root = world.people.stackAt(TARGET)[0]?.root;
    if (root) world.people.mount(TARGET, root, ["nosuid", "nodev"]);
    world.agent.order({ kind: "release" });
    world.settle();
    expect(leftOf(world)).toEqual([]);
    expect(world.people.stackAt(TARGET)).toEqual([]);
  });

  test("leaves somebody's mount over ours alone, and says that ours is left", () => {
    const world = worldWith(dumps);
    world.people.mountForeign(TARGET, { source: "other" });
    world.agent.order({ kind: "release" });
    world.settle();
    expect(leftOf(world)).toEqual([TARGET]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });

  test("says that one of an earlier source is left below somebody's mount", () => {
    const world = worldWith(dumps);
    world.people.mountForeign(TARGET, { source: "other" });
    world.kill(world.agent);
    world.people.unmountClaim("/volumes/dumps");
    const agent = world.start("one", configOf(dumps));
    world.settle();
    agent.order({ kind: "release" });
    world.settle();
    expect(agent.left).toEqual([TARGET]);
    world.people.unmount(TARGET);
    world.settle();
    expect(agent.left).toEqual([]);
    expect(world.people.stackAt(TARGET)).toEqual([]);
  });

  test("right after a start releases what an earlier life mounted", () => {
    const world = worldWith(dumps);
    world.kill(world.agent);
    world.people.unmountClaim("/volumes/dumps");
    const agent = world.start("one", configOf(dumps));
    agent.order({ kind: "release" });
    world.settle();
    expect(String(world.machine)).toBe("/host/dumps: sealed directory held by one");
  });

  test("leaves a watched target as it is, and goes on watching it", () => {
    const watched = mountOf({ name: "dumps", source: null });
    const world = new World();
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, world.people.mountClaim("/volumes/dumps"));
    const agent = world.start("one", configOf(watched));
    world.settle();
    agent.order({ kind: "release" });
    world.settle();
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });
});
