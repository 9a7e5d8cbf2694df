import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { claimDirectory } from "./claim.ts";

const quick = { monitor: { interval: "100ms", timeout: "80ms", failures: 3 } };

describe("a source that became another one", () => {
  test("unmounted: the mount serves on, and says that its source is gone", async () => {
    using machine = await Machine.start({ volume: "none" });
    const source = claimDirectory(machine);
    await machine.sh(`mount -t tmpfs claim "$1"`, { args: [source] });
    const agent = await Agent.start(machine, { mount: { source }, config: quick });
    await agent.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [source] });
    await agent.until("Degraded/SourceGone");
    expect((await agent.get("/readyz")).code).toBe(200);
    await machine.sh(`echo still > "$1"/here`, { args: [machine.target] });
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", 2);
    expect(await machine.read(join(machine.target, "here"))).toBe("still");
  });

  test("another volume mounted there, 200 times: not one write of a consumer fails", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config: { ...quick, log: { level: "debug" } } });
    await agent.until("Healthy");
    const mounts = machine.mountCount();
    const consumer = await machine.consumer({ every: "tight" });
    for (let round = 1; round <= 200; round++) {
      const name = `volume-${round}`;
      await machine.sh(`mount -t tmpfs "$2" "$1"`, { args: [machine.source, name] });
      await until(() => machine.mountsAt(machine.target)[0]?.source === name, { what: `${name} at the target` });
    }
    await until(() => machine.mountsAt(machine.target).length === 1, { what: "one mount at the target" });
    await agent.event("attached", 201);
    const { written, failed, errors } = await consumer.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(written).toBeGreaterThan(10_000);
    const ways = agent.events("attached").map(({ how }) => how);
    expect(ways).toEqual(["attached", ...Array(200).fill("replaced")]);
    expect(agent.events("actionFailed")).toEqual([]);
    expect(machine.mountCount()).toBe(mounts + 200);
    await agent.until("Healthy");
    expect(await agent.metric(`volume_mount_recovery_success_total{mount="dumps"}`)).toBe(200);
  });
});
