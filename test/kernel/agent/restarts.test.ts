import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { claimDirectory } from "./claim.ts";

describe("a restart", () => {
  test("and a hundred losses later it holds no more descriptors and children than before", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await agent.probed(2);
    await until(() => agent.children().length === 0, { what: "no child out" });
    const before = agent.descriptors();
    for (let round = 1; round <= 100; round++) {
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await agent.event("attached", round + 1);
    }
    await agent.until("Healthy");
    await agent.probed(2);
    await until(() => agent.children().length === 0, { what: "no child out" });
    await until(() => agent.descriptors() <= before, { what: `at most ${before} descriptors` });
  });

  test("with its source gone meanwhile: adopts what is there, serves it and says so", async () => {
    using machine = await Machine.start({ volume: "none" });
    const source = claimDirectory(machine);
    await machine.sh(`mount -t tmpfs claim "$1"`, { args: [source] });
    const first = await Agent.start(machine, { mount: { source } });
    await first.until("Healthy");
    const consumer = await machine.consumer({ every: "1ms" });
    await first.end("SIGKILL");
    await machine.sh(`umount -l "$1"`, { args: [source] });
    const second = await Agent.start(machine, { mount: { source } });
    await second.until("Degraded/SourceGone");
    expect((await second.get("/readyz")).code).toBe(200);
    await consumer.writes(20);
    expect((await consumer.stop()).failed).toBe(0);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await second.event("attached", 2);
    expect(machine.mountsAt(machine.target).map(({ source: of }) => of)).toEqual(["claim"]);
  });

  test("with the mount lost meanwhile: attaches it anew", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    await first.end("SIGKILL");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    const second = await Agent.start(machine);
    await second.until("Healthy");
    expect(await second.ways()).toEqual(["attached"]);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("with another volume at the source meanwhile: knows its old mount for its own and replaces it", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const consumer = await machine.consumer({ every: "tight" });
    await first.end("SIGKILL");
    await machine.sh(`mount -t tmpfs another "$1"`, { args: [machine.source] });
    const second = await Agent.start(machine);
    await second.until("Healthy");
    await second.event("attached");
    expect(await second.ways()).toEqual(["replaced"]);
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["another"]);
    expect((await consumer.stop()).failed).toBe(0);
  });

  test.each([
    ["over ours", `mount -t tmpfs foreign "$1"; echo theirs > "$1"/file`, 2],
    ["in the place of ours", `umount -l "$1"; mount -t tmpfs foreign "$1"; echo theirs > "$1"/file`, 1],
  ])("with a mount of somebody else put %s meanwhile: reports it and leaves it alone", async (_, script, depth) => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    await first.end("SIGKILL");
    await machine.sh(script, { args: [machine.target] });
    const second = await Agent.start(machine);
    await second.until("Wrong/ForeignMount");
    expect((await second.get("/readyz")).code).toBe(503);
    await second.probed();
    expect(machine.mountsAt(machine.target)).toHaveLength(depth);
    expect(await machine.read(join(machine.target, "file"))).toBe("theirs");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await second.until("Healthy");
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["scratch"]);
  });

  test("with the bare directory unlocked meanwhile: locks it again, and touches no mount", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const [before] = machine.mountsAt(machine.target);
    await first.end("SIGKILL");
    const below = await machine.below();
    await below.sh(`chattr -i "$1"; chmod 755 "$1"`, { args: [machine.target] });
    const second = await Agent.start(machine);
    const { bareDirectory } = await second.until("Healthy");
    expect(bareDirectory).toMatchObject({ locked: true });
    expect(await below.sh(`stat -c %a "$1"; lsattr -d "$1" | cut -c5`, { args: [machine.target] })).toBe("0\ni");
    expect(machine.mountsAt(machine.target)).toEqual(before ? [before] : []);
  });

  test("unlocked while it runs: locked again at the next full look at the latest", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const below = await machine.below();
    await below.sh(`chattr -i "$1"; chmod 755 "$1"`, { args: [machine.target] });
    const attributes = () => below.sh(`stat -c %a "$1"; lsattr -d "$1" | cut -c5`, { args: [machine.target] });
    await until(async () => (await attributes()) === "0\ni", { what: "the lock to be back" });
    await agent.event("bareDirectoryLocked", 2);
  });

  test("of a released target: nothing is adopted, the source is attached anew", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine, { config: { exit: "release" } });
    await first.until("Healthy");
    expect(await first.end()).toBe(0);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    const second = await Agent.start(machine);
    await second.until("Healthy");
    expect(await second.ways()).toEqual(["attached"]);
  });
});
