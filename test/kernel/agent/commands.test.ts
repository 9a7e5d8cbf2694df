import { describe, expect, test } from "bun:test";
import { Agent, mooring } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

describe("mooring status", () => {
  test("shows what the agent holds, and tells by its exit code whether all is ready", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const { code, out } = await mooring(machine, ["status", "--url", agent.url]);
    expect(code).toBe(0);
    for (const part of ["dumps", "Healthy", machine.source, machine.target]) expect(out).toContain(part);
    const json = await mooring(machine, ["status", "--json", "--url", agent.url]);
    expect(JSON.parse(json.out)).toMatchObject({ ready: true, mounts: [{ name: "dumps" }] });
    await machine.sh(`mount -t tmpfs foreign "$1"`, { args: [machine.target] });
    await agent.until("Wrong");
    const wrong = await mooring(machine, ["status", "--url", agent.url]);
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain("Wrong");
    expect(wrong.out).toContain("unmount it, or set onForeign: replace");
  });

  test("answers at once while a volume hangs, and says so", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const monitor = { interval: "300ms", timeout: "200ms", failures: 3 };
    const agent = await Agent.start(machine, { config: { monitor } });
    await agent.until("Healthy");
    await volume.silent();
    await agent.until("Hung");
    const { code, out } = await mooring(machine, ["status", "--url", agent.url]);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining("Hung") });
    await volume.answer();
  });

  test("says what to do when there is no agent", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.end();
    const { code, out, err } = await mooring(machine, ["status", "--url", agent.url]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("Is the agent running?");
  });
});

describe("mooring wait", () => {
  test("never passes on a bare directory: before, after and between", async () => {
    using machine = await Machine.start();
    const refused = async () => {
      const { code } = await mooring(machine, ["wait", "--timeout", "1s", machine.target]);
      expect(code).toBe(1);
    };
    await machine.sh(`mkdir "$1"; echo 01234567-89ab-cdef-0123-456789abcdef > "$1"/.ready`, { args: [machine.target] });
    await refused();
    const agent = await Agent.start(machine, { config: { exit: "release", rescue: "report" } });
    await agent.until("Degraded/ShadowedFiles");
    expect((await mooring(machine, ["wait", "--timeout", "5s", machine.target])).code).toBe(0);
    expect(await agent.end()).toBe(0);
    await refused();
  });

  test("passes through a loss that is healed", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    expect((await mooring(machine, ["wait", "--timeout", "5s", machine.target])).code).toBe(0);
  });
});
