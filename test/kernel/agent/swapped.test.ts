import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const monitor = { interval: "200ms", timeout: "180ms", failures: 3 };

/** A machine with two volumes that are marked as those of mounts one and two. */
const start = async () => {
  const machine = await Machine.start({ volume: "none" });
  const [one, two] = [join(machine.root, "volumes/one"), join(machine.root, "volumes/two")];
  await machine.sh(
    `mkdir -p "$1" "$2" "$3"; mount -t tmpfs disks "$3"; mkdir "$3/a" "$3/b"
     mount -t tmpfs a "$3/a"; mount -t tmpfs b "$3/b"; mount --bind "$3/a" "$1"; mount --bind "$3/b" "$2"`,
    { args: [one, two, join(machine.root, "disks")] },
  );
  const mounts = [
    { name: "one", source: one, target: join(machine.parent, "one") },
    { name: "two", source: two, target: join(machine.parent, "two") },
  ];
  // One over the other: at no moment is the bare mount point the source.
  const swap = () =>
    machine.sh(`mount --bind "$3/b" "$1"; mount --bind "$3/a" "$2"`, { args: [one, two, join(machine.root, "disks")] });
  const swapBack = () => machine.sh(`umount -l "$1" "$2"`, { args: [one, two] });
  const tops = () => mounts.map(({ target }) => machine.mountsAt(target).map(({ source }) => source));
  const agent = await Agent.start(machine, { config: { monitor, mounts } });
  await agent.until("Healthy", "one");
  await agent.until("Healthy", "two");
  return { machine, mounts, swap, swapBack, tops, agent, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

test("claims swapped under a running agent: both told, neither put in the other's place, well again when swapped back", async () => {
  using at = await start();
  const { agent, swap, swapBack, tops } = at;
  await swap();
  const { condition } = await agent.until("Wrong/VolumeSwapped", "one");
  expect(condition.message).toContain("the volume of mount two");
  await agent.until("Wrong/VolumeSwapped", "two");
  expect((await agent.get("/readyz")).code).toBe(503);
  await agent.probed(2, "one");
  expect(tops()).toEqual([["a"], ["b"]]);
  await swapBack();
  await agent.until("Healthy", "one");
  await agent.until("Healthy", "two");
  expect(tops()).toEqual([["a"], ["b"]]);
  expect(agent.events("attached")).toHaveLength(2);
});

test("claims swapped while nobody looked and nothing is mounted: nothing is attached, and nothing written into them", async () => {
  using at = await start();
  const { agent, machine, mounts, swap, swapBack, tops } = at;
  await agent.end();
  for (const { target } of mounts) await machine.unmount(target);
  await swap();
  const files = () =>
    machine.sh(`cd "$1"; find . -type f -exec sha256sum {} + | sort`, { args: [join(machine.root, "disks")] });
  const before = await files();
  const next = await Agent.start(machine, { config: { monitor, mounts } });
  await next.until("Wrong/VolumeSwapped", "one");
  await next.until("Wrong/VolumeSwapped", "two");
  await next.probed(2, "one");
  expect(tops()).toEqual([[], []]);
  expect(await files()).toBe(before);
  await swapBack();
  await next.until("Healthy", "one");
  await next.until("Healthy", "two");
});
