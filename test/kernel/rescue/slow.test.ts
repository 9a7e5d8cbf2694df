import { describe, expect, test } from "bun:test";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { bareOf, inBare, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

const overFuse = async (config: Record<string, unknown> = {}) => {
  const machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  await inBare(machine, "mkdir app; for n in 1 2 3 4 5 6 7 8 9; do echo $n > app/$n; done; ln -s app/1 link");
  const asked: AgentOptions = { ...options, config: { ...options.config, ...config } };
  return { machine, volume, asked, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

const all =
  "./app/\n./app/1: 1\n./app/2: 2\n./app/3: 3\n./app/4: 4\n./app/5: 5\n./app/6: 6\n./app/7: 7\n./app/8: 8\n./app/9: 9\n./link -> app/1";

describe("into a volume over FUSE", () => {
  test("files move", async () => {
    using at = await overFuse();
    const agent = await Agent.start(at.machine, at.asked);
    await agent.until("Healthy");
    expect(await volumeOf(at.machine)).toBe(all);
    expect(await bareOf(at.machine)).toBe(lockedAndEmpty);
  });

  test("that falls silent in the middle: Hung, one child, and on it goes when it answers", async () => {
    using at = await overFuse({ monitor: { interval: "300ms", timeout: "250ms", failures: 3 } });
    const agent = await Agent.start(at.machine, at.asked);
    const below = await at.machine.below();
    await until(() => below.sh(`ls -d "$1"/.mooring-aside-*`, { args: [at.machine.target] }), {
      what: "a rescue",
      every: 1,
    });
    await at.volume.silent();
    await agent.until("Hung/ProbeTimeout");
    expect(agent.children().length).toBeLessThanOrEqual(1);
    expect((await agent.get("/readyz")).code).toBe(503);
    await at.volume.answer();
    await agent.until("Healthy", "dumps", 30_000);
    expect(await volumeOf(at.machine)).toBe(all);
    expect(await bareOf(at.machine)).toBe(lockedAndEmpty);
  });

  test("whose server dies in the middle: everything is there once it is mounted anew", async () => {
    using at = await overFuse();
    const agent = await Agent.start(at.machine, at.asked);
    const below = await at.machine.below();
    await until(() => below.sh(`ls -d "$1"/.mooring-aside-*`, { args: [at.machine.target] }), {
      what: "a rescue",
      every: 1,
    });
    await at.volume.kill();
    await agent.until("Broken/Disconnected");
    await at.machine.sh(`umount -l "$1"; mount -t tmpfs scratch "$1"`, { args: [at.machine.source] });
    await agent.until("Healthy");
    // What had been moved went down with the server.
    const found = await volumeOf(at.machine);
    const rescued = agent.events("rescued").reduce((sum, { files }) => sum + Number(files), 0);
    expect(rescued).toBe(10);
    for (const line of found.split("\n")) expect(all.split("\n")).toContain(line);
    expect(await bareOf(at.machine)).toBe(lockedAndEmpty);
  });
});

test("a long one says that it is at work: neither Hung nor slow, and nothing else is started beside it", async () => {
  using machine = await Machine.start({ size: "1g" });
  await machine.sh(`mount -o remount,nr_inodes=100k,size=1g "$1"`, { args: [machine.node] });
  await inBare(machine, "mkdir app; seq 20000 | (cd app; split -l 1 -a 4 - file-)");
  const agent = await Agent.start(machine, {
    ...options,
    config: { monitor: { interval: "500ms", timeout: "400ms" } },
  });
  const lives = new Map<number, { from: number; to: number }>();
  const done = async (): Promise<boolean> => {
    const to = performance.now();
    for (const pid of agent.children()) lives.set(pid, { from: lives.get(pid)?.from ?? to, to });
    return (await agent.mount()).condition.state === "Healthy";
  };
  await until(done, { what: "all to be moved", deadline: 55_000, every: 10 });
  const [long, ...others] = [...lives.values()].toSorted((a, b) => b.to - b.from - (a.to - a.from));
  if (!long) throw new Error("no child was seen");
  // The one before it has answered, and may take a moment to end.
  expect(others.filter(({ from, to }) => from < long.to && to > long.from + 1000)).toEqual([]);
  expect(agent.events("conditionChanged").map(({ state }) => state)).not.toContain("Hung");
});
