import { describe, expect, test } from "bun:test";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const quick: AgentOptions = { config: { monitor: { interval: "300ms", timeout: "200ms", failures: 3 } } };

describe("a volume that answers with errors", () => {
  test.each([
    ["EIO", "InputOutputError"],
    ["ESTALE", "StaleHandle"],
    ["ENOTCONN", "Disconnected"],
  ] as const)("%s: Broken with %s, well again when the volume is", async (code, reason) => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const agent = await Agent.start(machine, quick);
    await agent.until("Healthy");
    const mounts = machine.mountsAt(machine.target);
    await volume.errno(code);
    const { condition } = await agent.until("Broken");
    expect(condition.reason).toBe(reason);
    expect((await agent.get("/readyz")).code).toBe(503);
    await agent.probed(2);
    expect(machine.mountsAt(machine.target)).toEqual(mounts);
    await volume.answer();
    await agent.until("Healthy");
    expect(agent.events("attached")).toHaveLength(1);
  });

  test.each([
    ["EIO", "InputOutputError"],
    ["ESTALE", "StaleHandle"],
    ["ENOTCONN", "Disconnected"],
  ] as const)("%s from the start: nothing attached until it works", async (code, reason) => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    await volume.errno(code);
    const agent = await Agent.start(machine, quick);
    const { condition } = await agent.until(["Broken", "Absent"]);
    expect(condition.reason).toBe(reason);
    await agent.probed(2);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    await volume.answer();
    await agent.until("Healthy");
  });
});
