import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import { FuseVolume } from "../harness/fuse.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const monitor = { interval: "300ms", timeout: "200ms", failures: 3 };
const abort: AgentOptions = { mount: { onHang: "abort" }, config: { monitor } };

const start = async (options: AgentOptions = abort) => {
  const machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  return { machine, volume, agent, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

/** The claim is taken away and mounted anew, as a driver does after it crashed. */
const mountAnew = async (machine: Machine): Promise<FuseVolume> => {
  await machine.sh(`umount -l "$1"`, { args: [machine.source] });
  return machine.fuse();
};

describe("onHang: abort, a volume that falls silent", () => {
  test("is aborted once it is Hung: its users are let go, nothing is detached, and it heals when the claim is back", async () => {
    using at = await start();
    const { machine, volume, agent } = at;
    const mounts = machine.mountsAt(machine.target);
    const reader = machine.run(["ls", machine.target]);
    await reader.exited;
    await volume.silent();
    const stuck = machine.run(["ls", machine.target]);
    await agent.until("Broken/Disconnected");
    expect((await stuck.exited).code).not.toBe(0);
    expect(await agent.event("connectionAborted")).toMatchObject({
      level: "warn",
      mount: "dumps",
      fsType: "fuse.fake",
    });
    expect(machine.mountsAt(machine.target)).toEqual(mounts);
    await mountAnew(machine);
    await agent.until("Healthy");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    expect(await agent.ways(2)).toEqual(["attached", "replaced"]);
    expect(agent.events("connectionAborted")).toHaveLength(1);
    expect(agent.events("actionFailed")).toEqual([]);
    const said = agent.events("conditionChanged").map(({ state }) => state);
    expect(said).toContain("Hung");
  });

  test("is aborted when the source is a directory inside of it, on the way to which the probe hangs", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const source = join(machine.source, "app");
    await machine.sh(`mkdir "$1"`, { args: [source] });
    const agent = await Agent.start(machine, { ...abort, mount: { ...abort.mount, source } });
    await agent.until("Healthy");
    await volume.silent();
    await agent.until("Broken/Disconnected");
    expect(agent.events("connectionAborted")).toHaveLength(1);
  });

  test("is aborted by an agent that starts while it hangs, and knows it from the record", async () => {
    using at = await start({ config: { monitor } });
    await at.volume.silent();
    await at.agent.until("Hung");
    await at.agent.end("SIGKILL");
    const next = await Agent.start(at.machine, abort);
    await next.event("connectionAborted");
    await next.until(["Unknown/Disconnected", "Broken/Disconnected"]);
    await mountAnew(at.machine);
    await next.until("Healthy");
  });

  test("is aborted before the agent ends, so that no child is left behind", async () => {
    using at = await start({ ...abort, config: { monitor: { ...monitor, failures: 1000 } } });
    await at.volume.silent();
    await at.agent.event("probeStuck");
    const [child] = at.agent.children();
    expect(await at.agent.end()).toBe(0);
    expect(at.agent.events("connectionAborted")).toHaveLength(1);
    await until(() => !readdirSync("/proc").includes(String(child)), { what: "the child to be gone" });
    expect(at.machine.mountsAt(at.machine.target)).toHaveLength(1);
  });

  test("is aborted before it is released, too", async () => {
    using at = await start({ ...abort, config: { exit: "release", monitor: { ...monitor, failures: 1000 } } });
    await at.volume.silent();
    await at.agent.event("probeStuck");
    expect(await at.agent.end()).toBe(0);
    expect(at.agent.events("connectionAborted")).toHaveLength(1);
    expect(at.machine.mountsAt(at.machine.target)).toEqual([]);
  });
});

describe("onHang: abort leaves alone", () => {
  test("our volume while another one, mounted over the source since, is what hangs", async () => {
    using at = await start();
    const { machine, agent } = at;
    const other = await FuseVolume.mount(machine, machine.source);
    await other.silent();
    await agent.until("Hung");
    await until(async () => (await agent.mount()).probe.failures > 5, { what: "two more failures" });
    expect(agent.events("connectionAborted")).toEqual([]);
    await machine.sh(`ls "$1"`, { args: [machine.target] });
    await other.answer();
  });

  test("a foreign volume on the target, whether it hangs or not", async () => {
    using at = await start();
    const { machine, agent } = at;
    const foreign = await FuseVolume.mount(machine, machine.target);
    await foreign.silent();
    const reader = machine.run(["ls", machine.target]);
    await agent.until("Wrong/ForeignMount");
    await agent.probed(4);
    expect(agent.events("connectionAborted")).toEqual([]);
    expect(reader.ending).toBeNull();
    await foreign.answer();
    expect((await reader.exited).code).toBe(0);
  });

  test("everything with onHang: report, also when it ends", async () => {
    using at = await start({ config: { monitor } });
    await at.volume.silent();
    await at.agent.until("Hung");
    await until(async () => (await at.agent.mount()).probe.failures > 5, { what: "two more failures" });
    await at.agent.end();
    expect(at.agent.events("connectionAborted")).toEqual([]);
    await at.volume.answer();
  });
});
