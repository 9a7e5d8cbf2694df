import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const config = { monitor: { interval: "300ms", timeout: "250ms", failures: 3 } };

describe("a mount that was remounted read-only", () => {
  test("or lost its flags gets them back", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config });
    await agent.until("Healthy");
    await machine.sh(`mount -o remount,bind,suid,dev "$1"`, { args: [machine.target] });
    await until(() => machine.mountsAt(machine.target)[0]?.options.includes("nosuid"), { what: "nosuid to be back" });
    expect(machine.mountsAt(machine.target)[0]?.options).toContain("nodev");
    expect(await agent.event("optionsRestored")).toMatchObject({
      level: "warn",
      was: expect.not.arrayContaining(["nosuid"]),
    });
  });

  test("stays so when the configuration says ro", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"/data`, { args: [machine.source] });
    const agent = await Agent.start(machine, { mount: { options: ["ro"] }, config });
    await agent.until("Healthy");
    await machine.sh(`mount -o remount,bind,rw "$1"`, { args: [machine.target] });
    await until(() => machine.mountsAt(machine.target)[0]?.options.includes("ro"), { what: "ro to be back" });
    await agent.until("Healthy");
  });
});

describe("a file system that is read-only itself", () => {
  test("the source's whole file system remounted read-only and back", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { config });
    await agent.until("Healthy");
    await machine.sh(`mount -o remount,ro "$1"`, { args: [machine.source] });
    await agent.until("ReadOnly/FileSystemReadOnly");
    await agent.probed(2);
    expect(agent.events("optionsRestored")).toEqual([]);
    await machine.sh(`mount -o remount,rw "$1"`, { args: [machine.source] });
    await agent.until("Healthy");
    expect(agent.events("attached")).toHaveLength(1);
  });

  test.each([
    ["file system", "remount,ro", "FileSystemReadOnly"],
    ["mount", "remount,bind,ro", "MountReadOnly"],
  ] as const)(
    "or a %s that is so from the start: not attached, and says what to do; Healthy once the options say ro",
    async (_, how, reason) => {
      using machine = await Machine.start();
      await machine.sh(`mount -o "$2" "$1"`, { args: [machine.source, how] });
      const agent = await Agent.start(machine, { config });
      const { condition } = await agent.until("ReadOnly");
      expect(condition.reason).toBe(reason);
      expect(condition.message).toContain("add ro to the options");
      expect(machine.mountsAt(machine.target)).toEqual([]);
      await agent.end();
      const next = await Agent.start(machine, { mount: { options: ["ro"] }, config });
      await next.until("Healthy");
      expect((await next.get("/readyz")).code).toBe(200);
    },
  );
});
