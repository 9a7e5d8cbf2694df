import { describe, expect, spyOn, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const HEALTHY = "/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one";

describe("a mount that is lost", () => {
  test("is put back from its anchor in the same pass, told once", () => {
    const world = worldWith(dumps);
    world.agent.said();
    world.people.unmount(TARGET);
    world.agent.step();
    expect(world.agent.said()).toEqual(["dumps healed"]);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("is put back by the first thing that is asked after the wake but the time", () => {
    const world = worldWith(dumps);
    const { kernel } = world.agent.process;
    const attach = spyOn(kernel, "attachIfBare");
    const others = [
      spyOn(kernel, "describe"),
      spyOn(kernel, "stack"),
      spyOn(kernel, "identify"),
      spyOn(kernel, "wallMs"),
    ];
    const takeOrders = spyOn(world.agent.keeper, "obey");
    world.agent.order({ kind: "beat", number: 1 });
    world.people.unmount(TARGET);
    world.agent.step();
    const [first = 0] = attach.mock.invocationCallOrder;
    const rest = [...others, takeOrders].flatMap(({ mock }) => mock.invocationCallOrder);
    expect(rest.length).toBeGreaterThan(4);
    expect(Math.min(...rest)).toBeGreaterThan(first);
  });

  test("is not put back on another directory than the locked one until that is locked, too", () => {
    const world = worldWith(dumps);
    world.people.unlock(TARGET);
    world.people.unmount(TARGET);
    world.people.removeBare(TARGET);
    world.people.makeBare(TARGET);
    world.agent.said();
    world.agent.step();
    expect(world.agent.said()).toEqual(["dumps bare directory locked", "dumps healed"]);
    expect(String(world.machine)).toBe(HEALTHY);
  });

  test("is put back a thousand times with the same options, and nothing piles up", () => {
    const world = worldWith(dumps);
    for (let loss = 0; loss < 1000; loss++) {
      world.people.unmount(TARGET);
      world.settle();
    }
    expect(String(world.machine)).toBe(HEALTHY);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
    expect(world.agent.traces.filter((trace) => trace.kind === "attached" && trace.how === "healed")).toHaveLength(
      1000,
    );
  });

  test("tells how long it was away, the machine's sleep included", () => {
    const world = worldWith(dumps);
    world.machine.faults.fail("attach", "EIO", 2);
    world.people.unmount(TARGET);
    world.settle();
    world.machine.sleptMs = 10_000;
    world.run(200);
    const healed = world.agent.traces.find((trace) => trace.kind === "attached" && trace.how === "healed");
    expect(healed).toMatchObject({ durationMs: 150, outageMs: 10_150 });
  });

  test("tells how long it took also when it was lost in the middle of another action", () => {
    const world = worldWith(dumps);
    const { machine, people, agent } = world;
    people.remount(TARGET, [], ["nosuid"]);
    machine.faults.race("changeOptions", () => people.unmount(TARGET));
    machine.faults.race("attach", () => {
      machine.nowMs += 1;
    });
    world.settle();
    const healed = agent.traces.find((trace) => trace.kind === "attached" && trace.how === "healed");
    expect(healed).toMatchObject({ durationMs: 1, outageMs: 1 });
  });

  test("is put back while its volume does not answer, and while its source is gone", () => {
    const world = worldWith(dumps);
    const volume = world.people.stackAt(TARGET)[0]?.root;
    if (!volume) throw new Error("it is mounted");
    volume.fileSystem.temper = "silent";
    world.people.unmount(TARGET);
    world.settle();
    expect(String(world.machine)).toBe(HEALTHY);
    volume.fileSystem.temper = "fine";
    world.people.unmountClaim("/volumes/dumps");
    world.people.unmount(TARGET);
    world.run(1000);
    expect(String(world.machine)).toBe(HEALTHY);
    world.run(30_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/SourceGone"]);
  });

  test("is told as not recovered once, however long it takes, and tried at the longest pause", () => {
    const world = worldWith(dumps);
    world.machine.faults.fail("attach", "ENOSPC", Number.POSITIVE_INFINITY);
    world.people.unmount(TARGET);
    world.run(600_000);
    expect(world.agent.said().filter((line) => line === "dumps not recovered")).toHaveLength(1);
    world.machine.faults.clear();
    world.run(30_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    world.machine.faults.fail("attach", "ENOSPC", Number.POSITIVE_INFINITY);
    world.people.unmount(TARGET);
    world.run(600_000);
    expect(world.agent.said().filter((line) => line === "dumps not recovered")).toHaveLength(1);
  });

  test("that was remounted read-only is put right without being detached", () => {
    const world = worldWith(dumps);
    const before = world.people.stackAt(TARGET);
    world.agent.said();
    world.people.remount(TARGET, ["ro"], ["nosuid"]);
    world.settle();
    expect(world.agent.said()).toEqual(["dumps options restored, were nodev,ro"]);
    expect(String(world.machine)).toBe(HEALTHY);
    expect(world.people.stackAt(TARGET)).toEqual(before);
  });

  test("of a read-only source stays read-only, also when the source goes out of sight", () => {
    const world = new World();
    world.people.mountClaim("/volumes/dumps", {}, ["ro"]);
    world.start("one", configOf({ ...dumps, options: ["ro"] }));
    world.settle();
    world.agents[0]?.configure(configOf(dumps));
    world.run(31_000);
    const readOnly = String(world.machine);
    expect(readOnly).toStartWith("/host/dumps: dumps:/dumps nodev,nosuid,ro over");
    world.people.unmountClaim("/volumes/dumps");
    world.run(100_000);
    expect(String(world.machine)).toBe(readOnly);
  });

  test("that cannot be put right is told as read-only", () => {
    const world = worldWith(dumps);
    world.machine.faults.fail("changeOptions", "EPERM", 10);
    world.people.remount(TARGET, ["ro"]);
    world.settle();
    expect(world.agent.conditions()).toEqual(["dumps ReadOnly/MountReadOnly"]);
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });
});

describe("a volume", () => {
  test("that stops answering is slow first and hung later; nothing is detached, and an answer ends it", () => {
    const world = worldWith(dumps);
    const volume = world.people.stackAt(TARGET)[0]?.root.fileSystem;
    if (!volume) throw new Error("it is mounted");
    const before = String(world.machine);
    volume.temper = "silent";
    world.run(40_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/ProbeSlow"]);
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Hung/ProbeTimeout"]);
    expect(world.machine.children.size).toBe(1);
    volume.temper = "fine";
    world.run(100);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(String(world.machine)).toBe(before);
  });

  for (const [temper, reason] of [
    ["EIO", "InputOutputError"],
    ["ENOTCONN", "Disconnected"],
    ["ESTALE", "StaleHandle"],
  ] as const)
    test(`that answers ${temper} is ${reason} until it works again`, () => {
      const world = worldWith(dumps);
      const volume = world.people.stackAt(TARGET)[0]?.root.fileSystem;
      if (volume) volume.temper = temper;
      world.run(31_000);
      expect(world.agent.conditions()).toEqual([`dumps Broken/${reason}`]);
      if (volume) volume.temper = "fine";
      world.run(31_000);
      expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    });

  test("that turned read-only inside, or is full, is told so and not remounted", () => {
    const world = worldWith(dumps);
    const volume = world.people.stackAt(TARGET)[0]?.root.fileSystem;
    if (!volume) throw new Error("it is mounted");
    volume.readOnly = true;
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps ReadOnly/FileSystemReadOnly"]);
    volume.readOnly = false;
    volume.full = true;
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/NoSpaceLeft"]);
    volume.full = false;
    world.run(31_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
    expect(world.agent.said().some((line) => line.includes("options restored"))).toBe(false);
  });

  test("that names another mount is swapped: it is not attached", () => {
    const data = mountOf({ name: "data" });
    const world = worldWith(dumps, data);
    world.kill(world.agent);
    const [ofDumps, ofData] = [world.machine.sources.get("/volumes/dumps"), world.machine.sources.get("/volumes/data")];
    if (!ofDumps || !ofData) throw new Error("both are there");
    for (const target of [TARGET, data.target]) world.people.unmount(target);
    world.machine.sources.set("/volumes/dumps", ofData).set("/volumes/data", ofDumps);
    const agent = world.start("one", world.agent.config);
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Wrong/VolumeSwapped", "data Wrong/VolumeSwapped"]);
    expect(world.people.stackAt(TARGET)).toEqual([]);
  });

  test("that another UUID is read from is told once, and attached", () => {
    const world = worldWith(dumps);
    world.people.mountClaim("/volumes/dumps");
    world.agent.said();
    world.run(31_000);
    expect(world.agent.said()).toEqual(["dumps volume was uuid-1, is uuid-2", "dumps replaced"]);
    world.run(100_000);
    expect(world.agent.said()).toEqual([]);
  });
});
