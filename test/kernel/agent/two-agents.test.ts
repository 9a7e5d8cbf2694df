import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

describe("two agents on one target", () => {
  test("the second is live, not ready, does nothing and names the holder; takes over when that is killed", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const [before] = machine.mountsAt(machine.target);
    const second = await Agent.start(machine);
    const { condition } = await second.until("Waiting");
    expect(condition.reason).toBe("HeldByAnotherAgent");
    expect(condition.message).toContain(`(pid ${first.program.pid})`);
    expect((await second.get("/livez")).code).toBe(200);
    expect(await second.get("/readyz")).toMatchObject({
      code: 503,
      body: expect.stringContaining(`pid ${first.program.pid}`),
    });
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await first.event("attached", 2);
    await second.probed(2);
    expect(second.events("attached")).toEqual([]);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await first.end("SIGKILL");
    await second.until("Healthy");
    expect(await second.ways()).toEqual(["adopted"]);
    expect(machine.mountsAt(machine.target)).toMatchObject([{ root: before?.root, options: before?.options }]);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await second.event("attached", 2);
  });

  test("also from another mount namespace, as a second pod of the node", async () => {
    using machine = await Machine.start();
    const host = await machine.peer();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const program = host.run([first.program.argv[3] ?? "", "run", "--config", first.configPath]);
    await program.line((line) => line.includes("HeldByAnotherAgent"), { what: "the second to wait" });
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await first.end("SIGTERM");
    await program.line((line) => line.includes('"how":"adopted"'), { what: "the second to take over" });
    program.kill("SIGTERM");
    expect((await program.exited).code).toBe(0);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("started at the same moment: exactly one holds it", async () => {
    using machine = await Machine.start();
    const agents = await Promise.all([1, 2, 3].map(() => Agent.start(machine)));
    await until(
      async () => {
        const states = await Promise.all(agents.map(async (agent) => (await agent.mount()).condition.state));
        return states.sort().join() === "Healthy,Waiting,Waiting";
      },
      { what: "one Healthy and two Waiting" },
    );
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("with exit: release, the one that waits releases nothing of the other's", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const second = await Agent.start(machine, { config: { exit: "release" } });
    await second.until("Waiting");
    expect(await second.end()).toBe(0);
    expect((await second.event("stopped")).afterMs).toBeLessThan(1000);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await first.until("Healthy");
  });
});
