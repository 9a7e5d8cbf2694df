import { describe, expect, test } from "bun:test";
import type { MountOption } from "../../agent/core/config/config.ts";
import { configOf, mountOf } from "./configuration.ts";
import { worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;
const tight: MountOption[] = ["ro", "nosuid", "nodev", "noexec"];

/** A healthy mount, and the options of each one that is attached from then on, at that very moment. */
const watched = () => {
  const world = worldWith(dumps);
  world.run(1000);
  world.agent.said();
  const shown: string[] = [];
  world.machine.onChange(({ what, mount: { options } }) => {
    if (what === "attached") shown.push([...options].toSorted().join());
  });
  return { world, shown };
};

describe("a mount that is put back", () => {
  for (const [kernel, adds] of [
    ["this kernel", true],
    ["a kernel before 5.12", false],
  ] as const)
    test(`has the options of a new configuration at once, on ${kernel}`, () => {
      const { world, shown } = watched();
      world.machine.addsOptions = adds;
      world.agent.configure(configOf({ ...dumps, options: tight }));
      world.agent.step();
      expect(String(world.agent.process.descriptors)).toBe("bare 1, parent 1, tree 1");
      expect(world.agent.said()).toEqual(["dumps options restored, were rw,nosuid,nodev"]);
      world.people.unmount(TARGET);
      world.settle();
      expect(shown).toEqual(["nodev,noexec,nosuid,ro"]);
      expect(world.agent.said()).toEqual(["dumps healed"]);
    });

  test("is not read-only any more once the configuration does not say so", () => {
    const { world, shown } = watched();
    world.agent.configure(configOf({ ...dumps, options: tight }));
    world.run(1000);
    world.agent.configure(configOf({ ...dumps, options: ["nosuid", "nodev", "noexec"] }));
    world.run(1000);
    world.people.unmount(TARGET);
    world.settle();
    expect(shown).toEqual(["nodev,noexec,nosuid"]);
  });

  test("has them although they could not be put right on the one that was lost", () => {
    const { world, shown } = watched();
    world.machine.faults.fail("changeOptions", "EPERM", Number.POSITIVE_INFINITY);
    world.agent.configure(configOf({ ...dumps, options: tight }));
    world.run(1000);
    world.people.unmount(TARGET);
    world.settle();
    expect(shown).toEqual(["nodev,noexec,nosuid,ro"]);
  });

  test("has those of a configuration that came while it was away", () => {
    const { world, shown } = watched();
    world.machine.faults.fail("attach", "ENOSPC", Number.POSITIVE_INFINITY);
    world.people.unmount(TARGET);
    world.run(1000);
    world.agent.configure(configOf({ ...dumps, options: tight }));
    world.machine.faults.clear();
    world.run(31_000);
    expect(shown).toEqual(["nodev,noexec,nosuid,ro"]);
  });

  test("has them in the end where the kernel refuses to add them before", () => {
    const { world, shown } = watched();
    world.machine.faults.fail("attach", "ENOSPC", 3);
    world.people.unmount(TARGET);
    world.machine.faults.fail("addOptions", "EPERM");
    world.settle();
    world.agent.configure(configOf({ ...dumps, options: tight }));
    world.run(31_000);
    expect(shown).toEqual(["nodev,nosuid"]);
    expect(String(world.machine)).toBe(
      "/host/dumps: dumps:/dumps nodev,noexec,nosuid,ro over sealed directory held by one",
    );
  });
});

test("a mount that is adopted by its record while the source is out of sight keeps what pins it", () => {
  const world = worldWith(dumps);
  world.kill(world.agent);
  world.people.unmountClaim("/volumes/dumps");
  const second = world.start("one", configOf({ ...dumps, options: tight }));
  world.settle();
  expect(second.said().filter((line) => line.includes("adopted") || line.includes("restored"))).toEqual([
    "dumps options restored, were rw,nosuid,nodev",
    "dumps adopted",
  ]);
  expect(second.conditions()).toEqual(["dumps Degraded/SourceGone"]);
});
