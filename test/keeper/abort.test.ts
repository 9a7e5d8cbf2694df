import { describe, expect, test } from "bun:test";
import type { Mount } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const dumps = mountOf({ name: "dumps", onHang: "abort" });
const SOURCE = "/volumes/dumps";
const TARGET = dumps.target;
/** A probe that times out after 5 s, and two more 30 s apart; the first may be 30 s away. */
const UNTIL_HUNG_MS = 100_000;

/** An agent that has attached a claim of this type. */
const start = (mount: Mount = dumps, fsType = "fuse.fake") => {
  const world = new World();
  const claim = world.people.mountClaim(SOURCE, { fsType });
  const agent = world.start("one", configOf(mount));
  world.settle();
  const aborted: string[] = [];
  world.machine.onChange(({ what, mount: { root } }) => what === "aborted" && aborted.push(root.fileSystem.source));
  agent.said();
  return Object.assign(world, { claim, agent, aborted });
};

describe("a volume that hangs, with onHang: abort", () => {
  test("is aborted once, after as many failures as make it Hung; nothing is detached", () => {
    const world = start();
    world.claim.fileSystem.temper = "silent";
    world.run(60_000);
    expect(world.aborted).toEqual([]);
    world.run(UNTIL_HUNG_MS);
    expect(world.aborted).toEqual(["dumps"]);
    expect(world.agent.said()).toEqual([
      "dumps is Degraded/ProbeSlow",
      "dumps aborted connection 1 of fuse.fake",
      "dumps is Hung/ProbeTimeout",
      "dumps is Broken/Disconnected",
    ]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is aborted in time although the kernel once does not say on what the child is stuck", () => {
    const world = start();
    world.machine.faults.fail("deviceOver", "EIO", 1, 2);
    world.claim.fileSystem.temper = "silent";
    world.run(2 * UNTIL_HUNG_MS);
    expect(world.agent.said().slice(1, 3)).toEqual([
      "dumps aborted connection 1 of fuse.fake",
      "dumps is Hung/ProbeTimeout",
    ]);
  });

  test("heals when the claim is mounted anew", () => {
    const world = start();
    world.claim.fileSystem.temper = "silent";
    world.run(2 * UNTIL_HUNG_MS);
    world.people.mountClaim(SOURCE, { fsType: "fuse.fake" });
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is aborted by an agent that started while it hung, and knows it from the record", () => {
    const world = start();
    world.claim.fileSystem.temper = "silent";
    world.kill(world.agent);
    const next = world.start("two", configOf(dumps));
    world.run(2 * UNTIL_HUNG_MS);
    expect(world.aborted).toEqual(["dumps"]);
    expect(next.conditions()).toEqual(["dumps Unknown/Disconnected"]);
    world.people.mountClaim(SOURCE, { fsType: "fuse.fake" });
    world.run(31_000);
    expect(next.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });

  test("is aborted before the agent ends, if it is silent by then, and before it is released", () => {
    for (const order of ["leave", "release"] as const) {
      const world = start();
      world.claim.fileSystem.temper = "silent";
      world.run(40_000);
      world.agent.order({ kind: "leave" });
      if (order === "release") world.agent.order({ kind: "release" });
      world.settle();
      expect(world.agent.isLeaving).toBe(true);
      expect(world.aborted).toEqual(["dumps"]);
      expect(world.people.stackAt(TARGET)).toHaveLength(order === "leave" ? 1 : 0);
    }
  });
});

describe("nothing is aborted", () => {
  const expectNothing = (world: ReturnType<typeof start>, state: string): void => {
    world.run(3 * UNTIL_HUNG_MS);
    world.agent.order({ kind: "leave" });
    world.settle();
    expect(world.aborted).toEqual([]);
    expect(world.agent.conditions()).toEqual([state]);
  };

  test("with onHang: report", () => {
    const world = start({ ...dumps, onHang: "report" });
    world.claim.fileSystem.temper = "silent";
    expectNothing(world, "dumps Hung/ProbeTimeout");
  });

  test("that is no FUSE file system", () => {
    const world = start(dumps, "nfs4");
    world.claim.fileSystem.temper = "silent";
    expectNothing(world, "dumps Hung/ProbeTimeout");
  });

  test("when what hangs is another volume, mounted over the source since", () => {
    const world = start();
    const other = world.people.mountClaim(SOURCE, { fsType: "fuse.fake", source: "other" });
    other.fileSystem.temper = "silent";
    expectNothing(world, "dumps Hung/ProbeTimeout");
  });

  test("when a foreign one hangs on top", () => {
    const world = start();
    world.people.mountForeign(TARGET, { fsType: "fuse.fake", source: "foreign" });
    for (const { root } of world.people.stackAt(TARGET)) root.fileSystem.temper = "silent";
    expectNothing(world, "dumps Wrong/ForeignMount");
  });

  test("that was never verified", () => {
    const world = new World();
    world.people.mountClaim(SOURCE, { fsType: "fuse.fake" }).fileSystem.temper = "silent";
    const agent = world.start("one", configOf(dumps));
    const aborted: string[] = [];
    world.machine.onChange(({ what }) => what === "aborted" && aborted.push(what));
    world.run(3 * UNTIL_HUNG_MS);
    expect(aborted).toEqual([]);
    expect(agent.conditions()).toEqual(["dumps Hung/ProbeTimeout"]);
  });

  test("when the probe gives no answer for another reason than that it is stuck", () => {
    const world = start();
    for (let failures = 0; failures < 5; failures++) {
      world.agent.order({ kind: "probeOverdue", target: TARGET, stuck: null });
      world.settle();
    }
    expect(world.aborted).toEqual([]);
  });
});

test("a connection that owes no answer by now is left alone, and that is tried at growing pauses", () => {
  const world = start();
  world.claim.fileSystem.temper = "silent";
  world.machine.faults.race("abort", () => {
    world.claim.fileSystem.temper = "fine";
  });
  world.run(2 * UNTIL_HUNG_MS);
  expect(world.aborted).toEqual([]);
  expect(world.agent.said()).toContain("dumps abort failed: abort EAGAIN, again in 50 ms");
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});
