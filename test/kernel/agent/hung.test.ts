import { describe, expect, test } from "bun:test";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import type { FuseVolume } from "../harness/fuse.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const quick: AgentOptions = { config: { monitor: { interval: "300ms", timeout: "200ms", failures: 3 } } };

const start = async (options: AgentOptions = quick) => {
  const machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  return { machine, volume, agent, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

/** A stuck child is let go of by the kernel only when its request is answered. */
const answered = async (volume: FuseVolume, agent: Agent): Promise<void> => {
  await volume.answer();
  await until(() => agent.children().length === 0, { what: "no child out" });
};

describe("a volume that falls silent", () => {
  test("ProbeSlow, then Hung after the configured failures, and Healthy when it answers again", async () => {
    using at = await start();
    await at.volume.silent();
    const slow = await at.agent.until("Degraded/ProbeSlow");
    expect(slow.attached).toBe(true);
    expect((await at.agent.get("/readyz")).code).toBe(200);
    const hung = await at.agent.until("Hung");
    expect(hung.condition.reason).toBe("ProbeTimeout");
    expect(hung.probe.failures).toBeGreaterThanOrEqual(3);
    expect(hung.probe.stuckForMs).toBeGreaterThan(400);
    expect((await at.agent.get("/readyz")).code).toBe(503);
    expect((await at.agent.get("/livez")).code).toBe(200);
    expect(await at.agent.metric(`mooring_volume_child_stuck{mount="dumps"}`)).toBe(1);
    expect(at.machine.mountsAt(at.machine.target)).toHaveLength(1);
    await answered(at.volume, at.agent);
    await at.agent.until("Healthy");
    expect(at.agent.events("probeStuck")).toHaveLength(1);
    expect(at.agent.events("probeAnswered")).toHaveLength(1);
    expect(at.agent.events("attached")).toHaveLength(1);
    expect(await at.agent.metric(`mooring_volume_child_stuck{mount="dumps"}`)).toBe(0);
  });

  test("answers HTTP within 50 ms and has exactly one child out, however long it takes", async () => {
    using at = await start();
    await at.volume.silent();
    await at.agent.until("Hung");
    const [child, ...others] = at.agent.children();
    expect(others).toEqual([]);
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      for (const path of ["/livez", "/metrics", "/readyz", "/api/v1/status", "/"]) {
        const { ms } = await at.agent.get(path);
        times.push(ms);
      }
      expect(at.agent.children()).toEqual(child === undefined ? [] : [child]);
    }
    // All but a few of a hundred: those may be the other work of this machine.
    expect(times.sort((a, b) => a - b)[94]).toBeLessThan(50);
    const failures = (await at.agent.mount()).probe.failures;
    await until(async () => (await at.agent.mount()).probe.failures > failures + 2, { what: "further failures" });
    expect(at.agent.children()).toEqual(child === undefined ? [] : [child]);
    await answered(at.volume, at.agent);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("ends within 2 s on %s, the mount as it was", async (signal) => {
    using at = await start();
    await at.volume.silent();
    await at.agent.until("Hung");
    const begin = performance.now();
    expect(await at.agent.end(signal)).toBe(0);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(at.machine.mountsAt(at.machine.target)).toHaveLength(1);
    await at.volume.answer();
    const next = await Agent.start(at.machine, quick);
    await next.until("Healthy");
    expect(await next.ways()).toEqual(["adopted"]);
  });

  test("heals a loss while it is silent: that needs no answer of the volume", async () => {
    using at = await start();
    await at.volume.silent();
    await at.agent.until("Hung");
    await at.machine.sh(`umount -l "$1"`, { args: [at.machine.target] });
    await at.agent.event("attached", 2);
    expect(at.machine.mountsAt(at.machine.target)).toHaveLength(1);
    expect((await at.agent.mount()).condition.state).toBe("Hung");
    expect(at.agent.children()).toHaveLength(1);
    await answered(at.volume, at.agent);
    await at.agent.until("Healthy");
  });

  test("and leaves the other mounts of the same agent alone", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const other = `${machine.root}/volumes/other`;
    await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [other] });
    const agent = await Agent.start(machine, {
      config: {
        ...quick.config,
        mounts: [
          { name: "dumps", source: machine.source, target: machine.target },
          { name: "other", source: other, target: `${machine.parent}/other` },
        ],
      },
    });
    await agent.until("Healthy");
    await agent.until("Healthy", "other");
    await volume.silent();
    await agent.until("Hung");
    await agent.probed(2, "other");
    await agent.until("Healthy", "other");
    await machine.sh(`umount -l "$1"/other`, { args: [machine.parent] });
    await agent.event("attached", 3);
    await agent.until("Healthy", "other");
    await answered(volume, agent);
  });

  test("restarted while it is silent: Hung, live, and nothing is touched", async () => {
    using at = await start();
    await at.volume.silent();
    await at.agent.until("Hung");
    await at.agent.end("SIGKILL");
    const [before] = at.machine.mountsAt(at.machine.target);
    const next = await Agent.start(at.machine, quick);
    await next.until("Hung/ProbeTimeout");
    expect((await next.get("/livez")).code).toBe(200);
    expect(at.machine.mountsAt(at.machine.target)).toEqual(before ? [before] : []);
    await answered(at.volume, next);
    await next.until("Healthy");
    expect(await next.ways()).toEqual(["adopted"]);
  });
});

describe("a volume that is silent from the start", () => {
  test("Hung, nothing attached, HTTP up; attached once it answers", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    await volume.silent();
    const agent = await Agent.start(machine, quick);
    const { condition, attached } = await agent.until("Hung");
    expect({ reason: condition.reason, attached }).toEqual({ reason: "ProbeTimeout", attached: false });
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect((await agent.get("/livez")).code).toBe(200);
    expect((await agent.get("/readyz")).code).toBe(503);
    expect(agent.children()).toHaveLength(1);
    await answered(volume, agent);
    await agent.until("Healthy");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("ends within 2 s all the same", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    await volume.silent();
    const agent = await Agent.start(machine, quick);
    await agent.until("Hung");
    const begin = performance.now();
    expect(await agent.end()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(2000);
    await volume.answer();
  });
});

describe("a daemon that stands still for a while", () => {
  test("is slow, not gone: no unmount, and Healthy again by itself", async () => {
    using at = await start();
    const mounts = at.machine.mountsAt(at.machine.target);
    at.volume.pause();
    await at.agent.until("Degraded/ProbeSlow");
    at.volume.resume();
    await at.agent.until("Healthy");
    at.volume.pause();
    await at.agent.until("Hung");
    at.volume.resume();
    await at.agent.until("Healthy");
    expect(at.machine.mountsAt(at.machine.target)).toEqual(mounts);
    expect(at.agent.events("attached")).toHaveLength(1);
  });
});
