import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { type World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const HEALTHY = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

/** The right directory is bound over the target again. */
const bindAgain = ({ people, machine }: World, times = 1): void => {
  const root = machine.sources.get("/volumes/dumps")?.directory;
  for (let time = 0; time < times; time++) if (root) people.mount(TARGET, root, ["nosuid", "nodev"]);
};

/** What lay on top after each change. */
const watchTops = (world: World): string[] => {
  const tops: string[] = [];
  world.machine.onChange(() => tops.push(world.people.stackAt(TARGET)[0]?.root.path ?? "bare"));
  return tops;
};

describe("the right mount bound over itself", () => {
  test("is brought down to the one that was there first, and the same directory shows at every moment", () => {
    const world = worldWith(dumps);
    const [first] = world.people.stackAt(TARGET);
    world.agent.said();
    const tops = watchTops(world);
    bindAgain(world, 3);
    world.settle();
    expect(world.people.stackAt(TARGET)).toEqual(first ? [first] : []);
    expect(new Set(tops)).toEqual(new Set(["/dumps"]));
    expect(world.agent.said()).toEqual(["dumps brought down from 4 to 1"]);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("many times is brought down in several passes", () => {
    const world = worldWith(dumps);
    bindAgain(world, 100);
    world.agent.said();
    world.settle();
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(world.agent.said().length).toBeGreaterThan(1);
  });

  test("with somebody's mount put on top in the middle of it: that one stays", () => {
    const world = worldWith(dumps);
    bindAgain(world, 2);
    const foreign = () => void world.people.mountForeign(TARGET, { source: "foreign" });
    world.machine.faults.race("detachTop", () => world.machine.faults.race("stack", foreign, 0), 0);
    world.settle();
    expect(world.people.stackAt(TARGET)[0]?.root.fileSystem.source).toBe("foreign");
    expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
  });

  test("while no agent was there is brought down once the volume is verified", () => {
    const world = worldWith(dumps);
    world.kill(world.agent);
    bindAgain(world, 2);
    const next = world.start("one", configOf(dumps));
    world.settle();
    expect(next.said()).toContain("dumps brought down from 3 to 1");
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("gets the options that the lower one lacks", () => {
    const world = worldWith(dumps);
    bindAgain(world);
    for (const mount of world.people.stackAt(TARGET)) mount.options.delete("nodev");
    world.settle();
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("with something mounted inside is left and told, until that has gone", () => {
    const world = worldWith(dumps);
    bindAgain(world);
    const [top] = world.people.stackAt(TARGET);
    if (top) top.inside = 1;
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/Stacked"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
    if (top) top.inside = 0;
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("on a watched target is left", () => {
    const world = worldWith();
    const root = world.people.mountClaim("/volumes/dumps");
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, root);
    const agent = world.start("watcher", configOf(mountOf({ name: "dumps", source: null })));
    world.settle();
    bindAgain(world);
    world.run(31_000);
    expect(agent.conditions()).toEqual(["dumps Degraded/Stacked"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
  });
});

test("a foreign mount under the right one is left: nothing can take it away without a gap", () => {
  for (const onForeign of ["report", "replace"] as const) {
    const world = worldWith({ ...dumps, onForeign });
    const before = world.people.stackAt(TARGET).length;
    world.people.mountForeign(TARGET, { source: "foreign" });
    bindAgain(world, 2);
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/Stacked"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(before + 2);
  }
});
