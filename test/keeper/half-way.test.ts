import { expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { worldWith } from "./world.ts";

const TARGET = "/host/dumps";

test("a foreign mount that could not be replaced does not become ours by that", () => {
  const world = worldWith(mountOf({ name: "dumps", onForeign: "replace" }));
  world.machine.faults.fail("attachBeneath", "EINVAL", 3);
  world.people.unmount(TARGET);
  world.people.mountForeign(TARGET, { source: "other" });
  world.settle();
  world.agent.configure(configOf(mountOf({ name: "dumps", onForeign: "report" })));
  world.run(100_000);
  expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
  expect(String(world.machine)).toBe("/host/dumps: other:/ over sealed directory held by one");
});

test("an anchor that went beneath a mount which would not go is no anchor any more", () => {
  const world = worldWith(mountOf({ name: "dumps", onForeign: "replace" }));
  world.people.unmount(TARGET);
  const foreign = world.people.mountForeign(TARGET, { source: "other" });
  if (foreign) foreign.inside = 1;
  world.settle();
  expect(String(world.machine)).toContain("other:/ with 1 inside over dumps:/dumps nodev,nosuid over");
  if (foreign) foreign.inside = 0;
  world.people.unmount(TARGET);
  world.people.unmount(TARGET);
  world.run(1000);
  expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
});

test("what went beneath is not put there again while the mount above is busy", () => {
  const world = worldWith(mountOf({ name: "dumps", onForeign: "replace" }));
  world.people.unmount(TARGET);
  const foreign = world.people.mountForeign(TARGET, { source: "other" });
  if (foreign) foreign.inside = 1;
  world.run(200_000);
  expect(String(world.machine)).toBe(
    "/host/dumps: other:/ with 1 inside over dumps:/dumps nodev,nosuid over sealed directory held by one",
  );
  if (foreign) foreign.inside = 0;
  world.run(30_000);
  expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
});

test("a bare directory that could not be sealed is sealed later, under the mount too", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  world.people.unlock(TARGET);
  world.machine.faults.fail("setFlag", "EIO", 3);
  world.run(30_000);
  expect(String(world.machine)).toEndWith(" over closed directory held by one");
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  world.run(1000);
  expect(String(world.machine)).toEndWith(" over sealed directory held by one");
});
