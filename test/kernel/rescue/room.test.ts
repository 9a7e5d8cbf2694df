import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { bareOf, inBare, inShadow, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

const sums = (machine: Machine, root: string): Promise<string> =>
  machine.sh(`cd "$1"; find . -name 'dump*' -type f | LC_ALL=C sort | xargs sha256sum`, { args: [root] });

test.each(["tmpfs", "ext4"] as const)(
  "what is larger than a %s volume has room for stays, whole, until there is room",
  async (volume) => {
    using machine = await Machine.start({ volume, size: "64m" });
    await machine.sh(`head -c 24m /dev/zero > "$1/filler"`, { args: [machine.source] });
    await inBare(machine, "head -c 45m /dev/urandom > dump-large; head -c 1m /dev/urandom > dump-small");
    const before = await sums(machine, machine.target);
    const agent = await Agent.start(machine, options);
    expect(await agent.event("rescueLeft")).toMatchObject({
      noRoom: 1,
      busy: 0,
      failed: 0,
      example: "dump-large is larger than what the volume has left",
    });
    await agent.until("Degraded/ShadowedFiles");
    expect((await agent.get("/readyz")).code).toBe(200);
    expect(await sums(machine, machine.source)).toBe(before.split("\n")[1] ?? "");
    expect(await machine.sh(`ls "$1"/.mooring/nodes/*`, { args: [machine.source] })).toBe("probe");
    await machine.sh(`rm "$1/filler"`, { args: [machine.source] });
    await agent.until("Healthy");
    expect(await sums(machine, machine.source)).toBe(before);
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
  },
);

test("what finds no inode is put back, and moved when there is one", async () => {
  using machine = await Machine.start({ size: "16m", inodes: 60 });
  await inBare(machine, "mkdir app; seq 100 | (cd app; split -l 1 -a 3 - dump-)");
  const agent = await Agent.start(machine, options);
  expect(await agent.event("rescueLeft")).toMatchObject({ busy: 0, failed: 0 });
  await agent.until(["Degraded/NoSpaceLeft", "Degraded/ShadowedFiles"]);
  const below = await machine.below();
  const count = async (): Promise<number[]> => [
    Number(await machine.sh(`ls "$1/app" | wc -l`, { args: [machine.source] })),
    Number(await below.sh(`find "$1" -name 'dump-*' | wc -l`, { args: [machine.target] })),
  ];
  const [moved = 0, left = 0] = await count();
  expect([moved > 30, left > 30, moved + left]).toEqual([true, true, 100]);
  expect(await machine.sh(`ls "$1"/.mooring/nodes/*`, { args: [machine.source] })).toBe("probe");
  await machine.sh(`mount -o remount,nr_inodes=1000 "$1"`, { args: [machine.source] });
  await agent.until("Healthy");
  expect(await machine.sh(`cat "$1"/app/* | sort -n | uniq | wc -l`, { args: [machine.source] })).toBe("100");
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});

test("minFree.bytes stays free", async () => {
  using machine = await Machine.start({ size: "32m" });
  await inBare(machine, "for n in 1 2 3 4; do head -c 4m /dev/urandom > dump-$n; done");
  const agent = await Agent.start(machine, { ...options, mount: { minFree: { bytes: "20Mi" } } });
  await agent.event("rescued");
  await agent.event("rescueLeft");
  const mount = await agent.mount();
  expect(mount.rescue).toMatchObject({ left: { noRoom: 2 } });
  expect(mount.space?.availBytes).toBeGreaterThanOrEqual(20 * 1024 * 1024);
});

test("a volume that is read-only gets nothing, and what is hidden is counted", async () => {
  using machine = await Machine.start();
  await inBare(machine, "echo one > one");
  const agent = await Agent.start(machine, { ...options, mount: { options: ["ro"] } });
  await agent.until("Degraded/ShadowedFiles");
  await agent.probed(3);
  expect([await volumeOf(machine), agent.events("rescueLeft")]).toEqual(["", []]);
  await agent.reconfigure(machine, options);
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe("./one: one");
});

/** The most memory that a process ever held, in MiB; 0 when it has ended. */
const peakOf = (pid: number): number => {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

test("100 000 files in ten directories, in bounded memory", async () => {
  using machine = await Machine.start({ size: "1g", inodes: 200_000 });
  await machine.sh(`mount -o remount,nr_inodes=300k,size=1g "$1"`, { args: [machine.node] });
  await inBare(
    machine,
    "for d in 0 1 2 3 4 5 6 7 8 9; do mkdir $d; (cd $d; seq 10000 | split -l 1 -a 5 - file-); done",
  );
  const agent = await Agent.start(machine, { ...options, config: { monitor: { interval: "5s", timeout: "4s" } } });
  let peakMiB = 0;
  const look = async (): Promise<boolean> => {
    for (const pid of agent.children()) peakMiB = Math.max(peakMiB, peakOf(pid));
    return (await agent.mount()).condition.state === "Healthy";
  };
  await until(look, { what: "all to be moved", deadline: 280_000, every: 20 });
  const count = `cd "$1"; find . -name 'file-*' -exec cat {} + | sort -n | uniq -c | awk '{ seen[$1]++ } END { for (n in seen) print n, seen[n] }'`;
  expect(await machine.sh(count, { args: [machine.source] })).toBe("10 10000");
  expect(await agent.metric(`mooring_rescued_files_total{mount="dumps"}`)).toBe(100_000);
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
  expect(peakMiB).toBeGreaterThan(10);
  expect(peakMiB).toBeLessThan(200);
}, 300_000);

test("files that appear while others are moved are moved too", async () => {
  using machine = await Machine.start();
  await inBare(machine, "mkdir app; seq 3000 | (cd app; split -l 1 -a 4 - file-)");
  const agent = await Agent.start(machine, options);
  const below = await machine.below();
  for (let round = 0; round < 5; round += 1)
    await inShadow(below, machine, `mkdir -p late; chattr -i late; echo ${round} > late/${round}`);
  await agent.until("Healthy", "dumps", 60_000);
  expect(await machine.sh(`cd "$1"; ls app | wc -l; cat late/*`, { args: [machine.source] })).toBe(
    "3000\n0\n1\n2\n3\n4",
  );
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});
