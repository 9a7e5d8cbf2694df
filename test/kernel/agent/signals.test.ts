import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const bareLock = `stat -c %a "$1"; lsattr -d "$1" | cut -c5`;
/** Something that keeps a mount from being released: another one inside of it. */
const mountInside = `mkdir "$1"/inner; mount -t tmpfs inner "$1"/inner`;

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test.each(["auto", "keep"])("with exit: %s ends it with 0 and leaves the mount as it is", async (exit) => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config: { exit } });
    await agent.until("Healthy");
    const [before] = machine.mountsAt(machine.target);
    const begin = performance.now();
    expect(await agent.end(signal)).toBe(0);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(machine.mountsAt(machine.target)).toEqual(before ? [before] : []);
    expect(await agent.event("stopping")).toMatchObject({ level: "info", signal, policy: "keep" });
    expect(agent.program.log.at(-1)).toMatchObject({ event: "stopped" });
  });

  test("with exit: release unmounts, and leaves a locked bare directory", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config: { exit: "release" } });
    await agent.until("Healthy");
    expect(await agent.end(signal)).toBe(0);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await machine.sh(bareLock, { args: [machine.target] })).toBe("0\ni");
    expect(await agent.event("stopping")).toMatchObject({ policy: "release" });
    expect(agent.events("released")).toHaveLength(1);
    await machine.unmount(machine.source);
  });
});

test("a mount with another one inside is not released: 1, within 2 s, and the log says why", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine, { config: { exit: "release" } });
  await agent.until("Healthy");
  await machine.sh(mountInside, { args: [machine.target] });
  const begin = performance.now();
  expect(await agent.end()).toBe(1);
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(machine.mountsAt(machine.target)).toHaveLength(1);
  expect(machine.mountsAt(join(machine.target, "inner"))).toHaveLength(1);
  const [failed] = agent.events("actionFailed");
  expect(failed).toMatchObject({ code: "EBUSY", msg: expect.stringContaining("something is mounted inside it") });
});

test("a second signal ends it at once, whatever the first one still waits for", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine, { config: { exit: "release" } });
  await agent.until("Healthy");
  await machine.sh(mountInside, { args: [machine.target] });
  agent.program.kill("SIGTERM");
  await agent.event("actionFailed");
  const begin = performance.now();
  expect(await agent.end("SIGINT")).toBe(128 + 2);
  expect(performance.now() - begin).toBeLessThan(500);
  expect(machine.mountsAt(machine.target)).toHaveLength(1);
});

test("a signal right after the start is not lost, and nothing is half done", async () => {
  using machine = await Machine.start();
  for (let round = 0; round < 5; round++) {
    const agent = await Agent.start(machine);
    expect(await agent.end()).toBe(0);
    expect(machine.mountsAt(machine.target).length).toBeLessThanOrEqual(1);
  }
  await (await Agent.start(machine)).until("Healthy");
  expect(machine.mountsAt(machine.target)).toHaveLength(1);
});

test("it outlives whoever reads its log", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine);
  await agent.until("Healthy");
  const { configPath } = agent;
  await agent.end();
  const script = `{ "$1" run --config "$2" & echo $! >&2; wait; } | head -n 1`;
  const pipeline = machine.run(["sh", "-c", script, "sh", agent.program.argv[3] ?? "", configPath]);
  await pipeline.line((line) => line.includes("holding 1 mount"), { what: "its first line" });
  const pid = Number(await until(() => pipeline.errors[0], { what: "its process id" }));
  // head(1) is gone: from now on every line meets a broken pipe.
  for (let round = 0; round < 3; round++) {
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await until(() => machine.mountsAt(machine.target).length === 1, { what: "it to be healed" });
  }
  process.kill(pid, "SIGTERM");
  await until(() => !Bun.spawnSync(["kill", "-0", String(pid)]).success, { what: "it to end", every: 50 });
});
