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
    await at.agent.event("probeAnswered");
    expect(at.agent.events("probeAnswered")).toHaveLength(1);
    expect(at.agent.events("attached")).toHaveLength(1);
    expect(await at.agent.metric(`mooring_volume_child_stuck{mount="dumps"}`)).toBe(0);
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
});

describe("a volume that is silent from the start", () => {
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

describe("a daemon that stands still for a while", () => {});
