import { describe, expect, test } from "bun:test";
import type { Config, Mount } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { type World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

/** Files lie below the mount when it is back; `busy` of them are open for writing. */
const shadow = (world: World, files: number, busy = 0): void => {
  world.people.unmount(TARGET);
  world.people.unlock(TARGET);
  for (let file = 0; file < files; file += 1) world.people.writeBelow(TARGET);
  const bare = world.people.bareAt(TARGET);
  if (!bare) throw new Error("no bare directory");
  bare.busy = busy;
};

const worldOf = (mount: Partial<Mount> = {}, config: Partial<Config> = {}) => {
  const world = worldWith({ ...dumps, ...mount });
  world.agent.configure({ ...configOf({ ...dumps, ...mount }), ...config });
  world.settle();
  world.agent.posted = [];
  world.agent.said();
  return world;
};

const askedFor = ({ agent }: ReturnType<typeof worldWith>): number =>
  agent.posted.filter(({ kind }) => kind === "rescue").length;

describe("files that lie hidden", () => {
  test("are moved, once, and told", () => {
    const world = worldOf();
    shadow(world, 3);
    world.run(61_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.agent.status[0]).toMatchObject({ bareDirectory: { shadowed: 0 }, rescue: { files: 3 } });
    expect([askedFor(world), world.agent.said().filter((line) => line.includes("rescued"))]).toEqual([
      1,
      ["dumps rescued 3"],
    ]);
  });

  test("and are being written are tried again ever later, and told once", () => {
    const world = worldOf();
    shadow(world, 3, 2);
    world.run(3_600_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/ShadowedFiles"]);
    expect(world.agent.status[0]?.condition.message).toContain("2 being written");
    const said = world.agent.said();
    expect(said.filter((line) => line === "dumps left hidden: 2 being written")).toHaveLength(1);
    // After 30, 60, 120 and 240 s, then every 300 s, rounded up to the next look.
    expect(askedFor(world)).toBeGreaterThan(10);
    expect(askedFor(world)).toBeLessThan(18);
    const bare = world.people.bareAt(TARGET);
    if (bare) bare.busy = 0;
    world.run(360_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test.each([
    ["what is mounted read-only", { options: ["ro"] }, {}],
    ["rescue: report", {}, { rescue: "report" }],
  ] as const)("stay where they are with %s", (_, mount, config) => {
    const world = worldOf(mount as Partial<Mount>, config);
    shadow(world, 3);
    world.run(120_000);
    expect([askedFor(world), world.agent.conditions()]).toEqual([0, ["dumps Degraded/ShadowedFiles"]]);
  });

  test("stay where they are while the volume is full, hangs, or is not there", () => {
    const world = worldOf();
    const volume = world.machine.sources.get("/volumes/dumps")?.directory.fileSystem;
    if (!volume) throw new Error("no volume");
    volume.full = true;
    world.agent.probe();
    world.settle();
    shadow(world, 3);
    world.run(120_000);
    expect([askedFor(world), world.agent.conditions()]).toEqual([0, ["dumps Degraded/NoSpaceLeft"]]);
    volume.full = false;
    volume.temper = "silent";
    world.run(120_000);
    expect([askedFor(world), world.agent.conditions()]).toEqual([0, ["dumps Hung/ProbeTimeout"]]);
    volume.temper = "fine";
    world.run(120_000);
    expect([askedFor(world), world.agent.conditions()]).toEqual([1, ["dumps Healthy/Verified"]]);
  });

  test("are asked about again when the volume hangs in the middle, and not before it answers", () => {
    const world = worldOf();
    shadow(world, 3);
    const volume = world.machine.sources.get("/volumes/dumps")?.directory.fileSystem;
    if (!volume) throw new Error("no volume");
    world.run(29_000);
    expect(askedFor(world)).toBe(0);
    world.run(1_000, () => {
      if (askedFor(world) > 0) volume.temper = "silent";
    });
    world.run(600_000);
    expect([askedFor(world), world.agent.conditions()]).toEqual([1, ["dumps Hung/ProbeTimeout"]]);
    volume.temper = "fine";
    world.run(120_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  describe("are not waited for where nobody will tell of them any more:", () => {
    /** A rescue is out with a child that hangs. */
    const hanging = () => {
      const world = worldOf();
      const volume = world.machine.sources.get("/volumes/dumps")?.directory.fileSystem;
      if (!volume) throw new Error("no volume");
      shadow(world, 3);
      world.run(29_900);
      while (askedFor(world) === 0) world.agent.step();
      volume.temper = "silent";
      world.run(1000);
      return { world, volume };
    };

    const isSealedAgain = (world: ReturnType<typeof worldWith>): void => {
      world.people.unlock(TARGET);
      world.run(31_000);
      expect(world.people.bareAt(TARGET)).toMatchObject({ immutable: true, mode: 0 });
    };

    test("when another source was configured meanwhile", () => {
      const { world, volume } = hanging();
      world.people.mountClaim("/volumes/other");
      world.agent.configure(configOf({ ...dumps, source: "/volumes/other" }));
      world.settle();
      volume.temper = "fine";
      world.run(3000);
      isSealedAgain(world);
      world.run(60_000);
      expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    });

    test("when the mount was taken out of the configuration and came back", () => {
      const { world, volume } = hanging();
      const [mount] = world.people.stackAt(TARGET);
      if (mount) mount.inside = 1;
      world.agent.configure(configOf());
      world.settle();
      volume.temper = "fine";
      if (mount) mount.inside = 0;
      world.agent.configure(configOf(dumps));
      isSealedAgain(world);
    });
  });
});
