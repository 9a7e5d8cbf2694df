import { describe, expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const data = mountOf({ name: "data" });
const TARGET = dumps.target;

describe("a new configuration", () => {
  test("that names one more mount attaches it and leaves the others alone", () => {
    const world = worldWith(dumps);
    world.people.mountClaim("/volumes/data");
    const before = world.people.stackAt(TARGET);
    world.agent.configure(configOf(dumps, data));
    world.settle();
    expect(world.agent.conditions()).toEqual(["data Healthy/Verified", "dumps Healthy/Verified"]);
    expect(world.people.stackAt(TARGET)).toEqual(before);
  });

  test("that names one less releases that one and holds nothing of it any more", () => {
    const world = worldWith(dumps, data);
    world.agent.configure(configOf(data));
    world.settle();
    expect(String(world.machine)).toBe(
      ["/host/data: data:/data nodev,nosuid over sealed directory held by one", "/host/dumps: sealed directory"].join(
        "\n",
      ),
    );
    expect(world.agent.conditions()).toEqual(["data Healthy/Verified"]);
    expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
  });

  test("that moves a mount attaches the new target before the old one is released", () => {
    const world = worldWith(dumps);
    const changes: string[] = [];
    world.machine.onChange(({ what, at }) => changes.push(`${what} ${at.path}`));
    world.agent.configure(configOf({ ...dumps, target: "/host/moved" }));
    world.settle();
    expect(changes).toEqual(["attached /host/moved", "detached /host/dumps"]);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("keeps the old one as long as the new one has not been examined", () => {
    const world = worldWith(dumps);
    const other = world.people.mountClaim("/volumes/other");
    other.fileSystem.temper = "silent";
    world.agent.configure(configOf({ ...dumps, source: "/volumes/other", target: "/host/moved" }));
    world.run(4000);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
    other.fileSystem.temper = "fine";
    world.run(1000);
    expect(world.people.stackAt(TARGET)).toHaveLength(0);
    expect(world.people.stackAt("/host/moved")).toHaveLength(1);
  });

  test("with another source for the same target replaces the mount, which is never missing", () => {
    const world = worldWith(dumps);
    world.people.mountClaim("/volumes/other");
    const depths: number[] = [];
    world.machine.onChange(() => depths.push(world.people.stackAt(TARGET).length));
    world.agent.configure(configOf({ ...dumps, source: "/volumes/other" }));
    world.run(1000);
    expect(String(world.machine)).toBe("/host/dumps: other:/other nodev,nosuid over sealed directory held by one");
    expect(depths).toEqual([2, 1]);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("with other options puts them right", () => {
    const world = worldWith(dumps);
    world.agent.configure(configOf({ ...dumps, options: ["ro", "nosuid", "nodev", "noexec"] }));
    world.settle();
    expect(String(world.machine)).toBe(
      "/host/dumps: dumps:/dumps nodev,noexec,nosuid,ro over sealed directory held by one",
    );
  });

  test("that takes a removed mount back while it could not be released yet keeps it", () => {
    const world = worldWith(dumps, data);
    const [mount] = world.people.stackAt(TARGET);
    if (mount) mount.inside = 1;
    world.agent.configure(configOf(data));
    world.run(100);
    world.agent.configure(configOf(dumps, data));
    if (mount) mount.inside = 0;
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified", "data Healthy/Verified"]);
  });

  test("that gives a watched target a source locks it, and one that takes the source away unlocks it", () => {
    const world = new World();
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, world.people.mountClaim("/volumes/dumps"));
    const agent = world.start("one", configOf(mountOf({ name: "dumps", source: null })));
    world.settle();
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps over open directory");
    agent.configure(configOf(dumps));
    world.run(1000);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
    agent.configure(configOf(mountOf({ name: "dumps", source: null })));
    world.run(1000);
    expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory");
    expect(String(agent.process.descriptors)).toBe("parent 1, tree 1");
    expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that takes the source away watches whatever lies there, not what should have", () => {
    const world = worldWith(dumps);
    world.people.mountForeign(TARGET, { source: "other" });
    world.run(1000);
    world.agent.configure(configOf(mountOf({ name: "dumps", source: null })));
    world.run(1000);
    expect(world.agent.conditions()).toEqual(["dumps Degraded/Stacked"]);
    expect(String(world.machine)).toStartWith("/host/dumps: other:/ over dumps:/dumps nodev,nosuid over");
  });

  test("that takes the source away in the moment in which another one was found there watches what is mounted", () => {
    const world = worldWith(dumps);
    world.run(6000);
    world.people.mountClaim(dumps.source ?? "");
    world.agent.probe();
    world.agent.pollProbers();
    world.agent.configure(configOf({ ...dumps, source: null }));
    world.run(60_000);
    expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  });

  test("that gives a watched target another source does not take somebody's mount for ours", () => {
    const world = new World();
    world.machine.makeParent("/host");
    world.people.makeBare(TARGET);
    world.people.mount(TARGET, world.people.mountClaim("/volumes/theirs"));
    const agent = world.start("one", configOf(mountOf({ name: "dumps", source: null })));
    world.settle();
    world.people.mountClaim("/volumes/dumps");
    agent.configure(configOf(dumps));
    world.run(60_000);
    expect(agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
    expect(world.people.stackAt(TARGET)).toHaveLength(1);
  });
});
