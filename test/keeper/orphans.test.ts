import { describe, expect, test } from "bun:test";
import type { Config } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { type World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const old = mountOf({ name: "old" });
const TARGET = old.target;

/** The agent is killed, and another one starts with this configuration. */
const restartWith = (world: ReturnType<typeof worldWith>, config: Config) => {
  world.kill(world.agent);
  return world.start("two", config);
};

const as = (instance: string, config: Config): Config => ({
  ...config,
  kubernetes: { ...config.kubernetes, instance },
});

const openAt = ({ agents }: World): string => String(agents[0]?.process.descriptors);

describe("a mount of ours that the new configuration does not name", () => {
  test("is released when the agent starts with it, its bare directory stays locked, and nothing pins the claim", () => {
    const world = worldWith(dumps, old);
    const agent = restartWith(world, configOf(dumps));
    world.settle();
    expect(String(world.machine)).toBe(
      ["/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by two", "/host/old: sealed directory"].join(
        "\n",
      ),
    );
    const said = agent.said();
    expect(said).toContain("orphan at /host/old of mooring, one");
    expect(said).toContain("/host/old released");
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(openAt(world)).toBe("bare 1, parent 1, tree 1");
  });

  test("stays until what is configured has been looked at, also where it only changed its target", () => {
    const world = worldWith(old);
    const changes: string[] = [];
    world.machine.onChange(({ what, at }) => changes.push(`${what} ${at.path}`));
    restartWith(world, configOf({ ...old, target: "/host/new" }));
    world.settle();
    expect(changes).toEqual(["attached /host/new", "detached /host/old"]);
  });

  test("stays while the new source does not answer", () => {
    const world = worldWith(old);
    const claim = world.people.mountClaim("/volumes/dumps");
    claim.fileSystem.temper = "silent";
    const agent = restartWith(world, configOf(dumps));
    agent.order({ kind: "beat", number: 1 });
    world.run(4000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    claim.fileSystem.temper = "fine";
    world.run(1000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
  });

  test("is left while another agent holds it, and released once that has gone", () => {
    const world = worldWith(dumps, old);
    const second = world.start("two", configOf(dumps));
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(second.said().filter((said) => said.includes("orphan"))).toEqual([]);
    world.kill(world.agent);
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
    expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("is released when its source has been deleted", () => {
    const world = worldWith(dumps, old);
    world.people.removeSource("/volumes/old");
    restartWith(world, configOf(dumps));
    world.settle();
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
  });

  test("with something mounted inside stays until that has gone", () => {
    const world = worldWith(dumps, old);
    const [mount] = world.people.stackAt(TARGET);
    if (mount) mount.inside = 1;
    restartWith(world, configOf(dumps));
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    if (mount) mount.inside = 0;
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
  });

  test("under somebody's mount stays with it, and goes once that has gone", () => {
    const world = worldWith(dumps, old);
    world.people.mountForeign(TARGET, { source: "foreign" });
    restartWith(world, configOf(dumps));
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(2);
    world.people.unmount(TARGET);
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
  });

  test("and that calls are refused for is released later", () => {
    for (const call of ["mountPointsIn", "openBare", "readRecord", "lockBare", "stack", "describe"]) {
      const world = worldWith(dumps, old);
      world.machine.faults.fail(call, "EIO", 3);
      restartWith(world, configOf(dumps));
      world.run(120_000);
      expect([call, world.people.stackAt(TARGET).length]).toEqual([call, 0]);
    }
  });
});

describe("left alone is", () => {
  test("a mount that another instance left behind: told once", () => {
    const world = worldWith(dumps, old);
    const agent = restartWith(world, as("theirs", configOf(dumps)));
    world.run(120_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(agent.said().filter((said) => said.includes("orphan"))).toEqual(["orphan at /host/old of mooring, one"]);
    expect(world.people.bareAt(TARGET)?.lock).toBeNull();
  });

  test("a mount of another instance that is there: nothing is told", () => {
    const world = worldWith(old);
    world.people.mountClaim("/volumes/dumps");
    const second = world.start("two", as("theirs", configOf(dumps)));
    world.run(120_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(second.said().filter((said) => said.includes("orphan"))).toEqual([]);
    expect(world.agent.conditions()).toEqual(["old Healthy/Verified"]);
  });

  test("what somebody mounted where ours was released, and what never was ours", () => {
    const world = worldWith(dumps, old);
    world.agent.configure(configOf(dumps));
    world.settle();
    world.people.mountForeign(TARGET, { source: "theirs" });
    world.people.makeBare("/host/plain");
    world.people.mountForeign("/host/plain", { source: "plain" });
    const agent = restartWith(world, configOf(dumps));
    world.run(120_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(world.people.stackAt("/host/plain")).toHaveLength(1);
    expect(agent.said().filter((said) => said.includes("orphan"))).toEqual([]);
    expect(String(agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("an orphan in a directory that no configuration names", () => {
    const world = worldWith(dumps, { ...old, target: "/elsewhere/old" });
    restartWith(world, configOf(dumps));
    world.run(31_000);
    expect(world.people.stackAt("/elsewhere/old")).toHaveLength(1);
  });

  test("everything beside what a release names", () => {
    const world = worldWith(dumps, old);
    const agent = restartWith(world, configOf(dumps));
    agent.order({ kind: "release" });
    agent.keeper.obey({ kind: "release" });
    world.run(31_000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    expect(world.people.stackAt(dumps.target)).toHaveLength(0);
  });
});

test("a mount that an earlier agent of a rollout leaves behind after the new one has looked is found, too", () => {
  const world = worldWith(dumps);
  const second = world.start("two", configOf(dumps));
  world.run(31_000);
  world.people.mountClaim("/volumes/old");
  world.agent.configure(configOf(dumps, old));
  world.run(1000);
  expect(world.people.stackAt(TARGET)).toHaveLength(1);
  world.kill(world.agent);
  world.run(61_000);
  expect(world.people.stackAt(TARGET)).toHaveLength(0);
  expect(second.conditions()).toEqual(["dumps Healthy/Verified"]);
});
