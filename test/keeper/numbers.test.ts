import { expect, test } from "bun:test";
import { configOf, mountOf } from "./configuration.ts";
import { World, worldWith } from "./world.ts";

const dumps = mountOf({ name: "dumps" });
const TARGET = dumps.target;

/** Mounts another file system on the target that got the numbers of the one that `was`. */
function mountNamesake(world: World, was: { device: string; inode: bigint }): void {
  const { root, ...namesake } = world.machine.makeFileSystem({ source: "other" });
  const directory = root.inode === was.inode ? root : root.fileSystem.makeDirectory("/other");
  world.people.mount(TARGET, directory);
  expect({ device: namesake.device, inode: directory.inode }).toEqual(was);
}

test("numbers that nothing pinned any more say nothing about what is mounted", () => {
  const world = new World();
  const { fileSystem, inode } = world.people.mountClaim("/volumes/dumps");
  const was = { device: fileSystem.device, inode };
  world.machine.faults.fail("cloneTop", "EMFILE", 1);
  const agent = world.start("one", configOf(dumps));
  world.settle();
  expect(agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  world.people.unmountClaim("/volumes/dumps");
  world.people.unmount(TARGET);
  mountNamesake(world, was);
  world.settle();
  expect(agent.conditions()[0]).toStartWith("dumps Unknown/");
  world.run(60_000);
  expect(agent.conditions()).toEqual(["dumps Unknown/SourceNotMounted"]);
});

test("an anchor pins its numbers: no other file system can get them", () => {
  const world = worldWith(dumps);
  const before = world.people.stackAt(TARGET)[0]?.root;
  world.people.unmountClaim("/volumes/dumps");
  world.people.unmount(TARGET);
  world.people.mountForeign(TARGET, { source: "other" });
  expect(world.people.stackAt(TARGET)[0]?.root.fileSystem.device).not.toBe(before?.fileSystem.device ?? "");
  world.run(60_000);
  expect(world.agent.conditions()).toEqual(["dumps Wrong/ForeignMount"]);
});

test("a source that was deleted and made again is another directory, even with a new volume's numbers", () => {
  const world = worldWith(dumps);
  world.people.removeSource("/volumes/dumps");
  world.people.makeSource("/volumes/dumps");
  world.run(31_000);
  expect(world.agent.conditions()).toEqual(["dumps Healthy/Verified"]);
  expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
});

test("a mount is known by its super block's device too, where each subvolume has a device of its own", () => {
  const world = new World();
  world.people.mountClaim("/volumes/dumps", { fsType: "btrfs" });
  const agent = world.start("one", configOf(dumps));
  world.settle();
  world.kill(agent);
  world.people.removeSource("/volumes/dumps");
  world.people.makeSource("/volumes/dumps");
  world.start("one", configOf(dumps));
  world.settle();
  expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
});
