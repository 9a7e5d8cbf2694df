import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const release = { exit: "release", monitor: { interval: "300ms", timeout: "200ms", failures: 1000 } };

describe("before it lets go of a mount, an agent", () => {
  test("writes out what the volume has in memory", async () => {
    using machine = await Machine.start({ volume: "ext4" });
    const agent = await Agent.start(machine, { config: release });
    await agent.until("Healthy");
    const device = machine.mountsAt(machine.target)[0]?.source ?? "";
    const marker = crypto.randomUUID();
    // Past the device's own cache, which knows nothing of what the file system writes.
    const look = `dd if="$1" bs=1M iflag=direct 2>/dev/null | grep -c "$2" || :`;
    const isWritten = async () => (await machine.sh(look, { args: [device, marker] })) !== "0";
    await machine.sh(`yes "$2" | head -c 1m > "$1"/dump`, { args: [machine.target, marker] });
    // The kernel writes by itself after 30 s.
    expect(await isWritten()).toBe(false);
    expect(await agent.end()).toBe(0);
    expect(await isWritten()).toBe(true);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(agent.events("syncFailed")).toEqual([]);
  });

  test("does not wait for a volume that hangs, starts no second child beside the stuck one, and says so", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const agent = await Agent.start(machine, { config: release });
    await agent.until("Healthy");
    await volume.silent();
    await agent.event("probeStuck");
    const begin = performance.now();
    expect(await agent.end()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await agent.event("syncFailed")).toMatchObject({ level: "warn", mount: "dumps", why: "it does not answer" });
    await volume.answer();
  });

  test("does not wait for one that falls silent just then either", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const agent = await Agent.start(machine, { config: { ...release, monitor: { interval: "60s", timeout: "5s" } } });
    await agent.until("Healthy");
    await volume.silent();
    const begin = performance.now();
    expect(await agent.end()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(agent.events("syncFailed")).toHaveLength(1);
    await volume.answer();
  });
});
