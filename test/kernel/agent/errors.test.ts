import { describe, expect, test } from "bun:test";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const quick: AgentOptions = { config: { monitor: { interval: "300ms", timeout: "200ms", failures: 3 } } };

describe("a volume that answers with errors", () => {
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
