import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

/** MOUNT_PATHS alone, as the original controller was configured. */
const watching = (machine: Machine, ...paths: string[]) =>
  Agent.start(machine, {
    fileless: true,
    env: { MOUNT_PATHS: (paths.length > 0 ? paths : [machine.target]).join(), HTTP_PORT: "0", MONITOR_INTERVAL: "1" },
  });

const bind = (machine: Machine) =>
  machine.sh(`mkdir -p "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });

describe("a watched target", () => {
  test("where nothing is mounted: Absent/SourceUnknown; mounted: Healthy; lost: put back", async () => {
    using machine = await Machine.start();
    const agent = await watching(machine);
    const { condition, source } = await agent.until("Absent");
    expect({ reason: condition.reason, source }).toEqual({ reason: "SourceUnknown", source: null });
    expect(condition.message).toContain("only watched");
    expect((await agent.get("/readyz")).code).toBe(503);
    await bind(machine);
    const healthy = await agent.until("Healthy");
    expect(healthy).toMatchObject({ attached: true, verified: true });
    expect((await agent.get("/readyz")).code).toBe(200);
    const [before] = machine.mountsAt(machine.target);
    for (let round = 1; round <= 5; round++) {
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await until(() => agent.events("attached").filter(({ how }) => how === "healed").length === round, {
        what: `healed ${round} times`,
      });
      await agent.until("Healthy");
    }
    expect(machine.mountsAt(machine.target)).toMatchObject([{ options: before?.options, root: before?.root }]);
    expect(await agent.metric(`volume_mount_recovery_success_total{mount="dumps"}`)).toBe(5);
  });

  test("keeps its bare directory as it is", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir -m 750 "$1"; echo file > "$1"/below`, { args: [machine.target] });
    const agent = await watching(machine);
    await agent.until("Absent");
    await bind(machine);
    await agent.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", 2);
    await agent.until("Healthy");
    const below = await machine.below();
    const script = `stat -c %a "$1"; lsattr -d "$1" | cut -c5; cat "$1"/below; ls -A "$1"`;
    expect(await below.sh(script, { args: [machine.target] })).toBe("750\n-\nfile\nbelow");
    expect(agent.events("bareDirectoryLocked")).toEqual([]);
  });

  test("is not made when it is missing", async () => {
    using machine = await Machine.start();
    const agent = await watching(machine);
    await agent.until("Absent");
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.parent] })).toBe("");
    await agent.end();
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.parent] })).toBe("");
  });

  test("keeps its options: they are whoever mounted it's", async () => {
    using machine = await Machine.start();
    await bind(machine);
    await machine.sh(`mount -o remount,bind,noexec "$1"`, { args: [machine.target] });
    const agent = await watching(machine);
    const { options } = await agent.until("Healthy");
    expect(options).toContain("noexec");
    expect(options).not.toContain("nosuid");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", 2);
    expect(machine.mountsAt(machine.target)[0]?.options).toContain("noexec");
  });

  test("covered by another mount: reported, not touched", async () => {
    using machine = await Machine.start();
    await bind(machine);
    const agent = await watching(machine);
    await agent.until("Healthy");
    await machine.sh(`mount -t tmpfs other "$1"`, { args: [machine.target] });
    await agent.until("Wrong/ForeignMount");
    expect(machine.mountsAt(machine.target)).toHaveLength(2);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.until("Healthy");
  });

  test("stays mounted when the agent ends, and is known again by the next", async () => {
    using machine = await Machine.start();
    await bind(machine);
    const first = await watching(machine);
    await first.until("Healthy");
    expect(await first.end()).toBe(0);
    const second = await watching(machine);
    await second.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await second.event("attached", 2);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("beside others, one of them with a source: each by its own rules", async () => {
    using machine = await Machine.start();
    const managed = join(machine.parent, "managed");
    const agent = await watching(machine, machine.target, `${machine.source}:${managed}`);
    await agent.until("Healthy", "managed");
    await agent.until("Absent");
    expect((await agent.get("/readyz")).code).toBe(503);
    expect((await agent.status()).config.path).toBeNull();
    await machine.sh(`mkdir -p "$1"; mount -t tmpfs own "$1"`, { args: [machine.target] });
    await agent.until("Healthy");
    expect((await agent.get("/readyz")).code).toBe(200);
  });
});
