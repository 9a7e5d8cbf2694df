import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { messageOf, until } from "../harness/until.ts";

describe("a mount that was lost", () => {
  test("counts each probe once, and as failed only what failed", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config: { log: { level: "debug" } } });
    await agent.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.probed(2);
    await until(
      async () => agent.events("probed").length === (await agent.metric(`volume_mount_checks_total{mount="dumps"}`)),
      { what: "as many checks as probes in the log" },
    );
    expect(await agent.metric(`mount_check_duration_seconds_count{mount="dumps"}`)).toBeGreaterThan(1);
    expect(await agent.metric(`volume_mount_failures_total{mount="dumps"}`)).toBe(0);
  });

  test("comes back to a consumer that writes to it all the time, and no record is lost", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const consumer = await machine.consumer({ every: "tight" });
    for (let round = 1; round <= 20; round++) {
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await agent.event("attached", round + 1);
      const { written } = await consumer.report();
      await until(async () => (await consumer.report()).written > written, { what: "another record" });
    }
    const { errors } = await consumer.stop();
    expect(Object.keys(errors).filter((code) => code !== "EPERM")).toEqual([]);
    expect(await consumer.lost()).toEqual({ count: 0, ranges: [] });
  });
});

describe("a mount of somebody else on top", () => {
  const cover = async (machine: Machine, place: Place): Promise<void> => {
    await place.sh(`mkdir -p "$1"; echo theirs > "$1"/file; mount --bind "$1" "$2"`, {
      args: [join(machine.node, "foreign"), machine.target],
    });
  };

  test("is reported and never removed by default", async () => {
    using machine = await Machine.start();
    const host = await machine.peer();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await cover(machine, host);
    const { condition, stackDepth } = await agent.until("Wrong/ForeignMount");
    expect(condition.message).toContain("onForeign");
    expect(stackDepth).toBe(2);
    expect(await agent.get("/readyz")).toMatchObject({ code: 503, body: expect.stringContaining("ForeignMount") });
    await agent.probed(3);
    expect(host.mountsAt(machine.target)).toHaveLength(2);
    expect(await machine.read(join(machine.target, "file"))).toBe("theirs");
    expect(await agent.metric(`volume_mount_recoveries_total{mount="dumps"}`)).toBe(0);
    await host.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.until("Healthy");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    expect(await messageOf(machine.read(join(machine.target, "file")))).toContain("No such file");
  });

  test.each([
    ["report", "Wrong", ["foreign"]],
    ["replace", "Healthy", ["scratch"]],
  ] as const)("there before the agent, with onForeign: %s", async (onForeign, state, stack) => {
    using machine = await Machine.start();
    const host = await machine.peer();
    await host.sh(`mkdir "$1"; mount -t tmpfs foreign "$1"`, { args: [machine.target] });
    const consumer = await machine.consumer({ every: "tight" });
    const agent = await Agent.start(machine, { mount: { onForeign } });
    await agent.until(state);
    await until(
      () =>
        host
          .mountsAt(machine.target)
          .map(({ source }) => source)
          .join() === stack.join(),
      {
        what: `${stack.join()} on the host`,
      },
    );
    expect((await consumer.stop()).failed).toBe(0);
    expect((await agent.mount()).bareDirectory?.locked).toBe(true);
  });

  test("is replaced when the configuration says so, and no write of a consumer fails", async () => {
    using machine = await Machine.start();
    const host = await machine.peer();
    const agent = await Agent.start(machine, { mount: { onForeign: "replace" } });
    await agent.until("Healthy");
    const mounts = machine.mountCount();
    const consumer = await machine.consumer({ every: "tight" });
    for (let round = 1; round <= 20; round++) {
      await cover(machine, host);
      await agent.event("attached", round + 1);
      await until(() => host.mountsAt(machine.target).length === 1, { what: "theirs to be gone" });
    }
    await agent.until("Healthy");
    expect(await consumer.stop()).toMatchObject({ failed: 0, errors: {} });
    expect(machine.mountCount()).toBe(mounts);
    expect(await machine.read(join(machine.node, "foreign/file"))).toBe("theirs");
    expect(await agent.metric(`volume_mount_recovery_success_total{mount="dumps"}`)).toBe(20);
  });
});
