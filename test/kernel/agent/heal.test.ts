import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { messageOf, until } from "../harness/until.ts";

const rounds = 100;

describe("a mount that was lost", () => {
  test.each([
    ["umount", "by umount", "here"],
    ["umount -l", "by umount -l", "here"],
    ["umount", "by umount on the host", "peer"],
    ["umount -l", "by umount -l on the host", "peer"],
  ] as const)(`%s: healed ${rounds} times %s`, async (command, _, where) => {
    using machine = await Machine.start();
    const place: Place = where === "peer" ? await machine.peer() : machine;
    const consumer = await machine.peer("slave");
    const agent = await Agent.start(machine, { config: { log: { level: "debug" } } });
    await agent.until("Healthy");
    const mounts = machine.mountCount();
    const children = agent.children();
    for (let round = 1; round <= rounds; round++) {
      // A probe that is at it right now makes it busy for a moment.
      await place.sh(`until ${command} "$1" 2>&1; do :; done`, { args: [machine.target] });
      await agent.event("attached", round + 1);
    }
    await agent.until("Healthy");
    expect(await agent.ways(rounds + 1)).toEqual(["attached", ...Array(rounds).fill("healed")]);
    expect(agent.events("actionFailed")).toEqual([]);
    expect(agent.events("attached").filter(({ durationMs }) => durationMs === 0)).toHaveLength(1);
    expect(await agent.metric(`volume_mount_recoveries_total{mount="dumps"}`)).toBe(rounds);
    expect(await agent.metric(`volume_mount_recovery_success_total{mount="dumps"}`)).toBe(rounds);
    expect(await agent.metric(`mooring_heal_duration_seconds_count{mount="dumps"}`)).toBe(rounds);
    expect(await agent.metric(`volume_mount_failures_total{mount="dumps"}`)).toBe(0);
    expect(machine.mountCount()).toBe(mounts);
    expect(children.length).toBeLessThanOrEqual(1);
    expect(agent.children().length).toBeLessThanOrEqual(1);
    for (const each of [machine, consumer]) expect(each.mountsAt(machine.target)).toHaveLength(1);
    expect(await consumer.sh(`stat -c %a "$1"`, { args: [join(machine.target, ".ready")] })).toBe("444");
  });

  test("keeps its flags, and its consumers' peer group", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const [before] = machine.mountsAt(machine.target);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", 2);
    const [after] = machine.mountsAt(machine.target);
    expect(after?.options).toEqual(before?.options ?? []);
    expect(after?.shared).toBe(before?.shared ?? -1);
  });

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
