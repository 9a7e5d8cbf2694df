import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { claimDirectory } from "./claim.ts";
import { directoryIn } from "./directory-in.ts";

describe("a source that is not right yet", () => {
  test("is missing: nothing is attached until it is there", async () => {
    using machine = await Machine.start({ volume: "none" });
    const source = join(machine.root, "volumes/later");
    const agent = await Agent.start(machine, { mount: { source } });
    const { condition, attached } = await agent.until("Absent");
    expect({ reason: condition.reason, attached }).toEqual({ reason: "SourceMissing", attached: false });
    expect(condition.message).toContain(source);
    expect(await agent.get("/readyz")).toMatchObject({ code: 503, body: expect.stringContaining("SourceMissing") });
    expect(machine.mountsAt(machine.target)).toEqual([]);
    await machine.sh(`mkdir "$1"; mount -t tmpfs later "$1"`, { args: [source] });
    await agent.until("Healthy");
  });

  test("is a plain directory where the claim should be: nothing is attached, nothing written into it", async () => {
    using machine = await Machine.start({ volume: "none" });
    const source = claimDirectory(machine);
    const before = await machine.sh(`ls -A "$1"`, { args: [source] });
    const agent = await Agent.start(machine, { mount: { source } });
    await agent.until("Absent/SourceNotMounted");
    await agent.probed();
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await machine.sh(`ls -A "$1"`, { args: [source] })).toBe(before);
    await machine.sh(`mount -t tmpfs claim "$1"`, { args: [source] });
    await agent.until("Healthy");
    expect(machine.mountsAt(machine.target)[0]?.source).toBe("claim");
  });

  test.each([
    ["leads over a symbolic link", `ln -s "$1" "$2"`, "symbolic link"],
    ["is a file", `: > "$2"`, "not a directory"],
  ])("%s: refused, and says why", async (_, script, why) => {
    using machine = await Machine.start();
    const source = join(machine.root, "odd");
    await machine.sh(script, { args: [machine.source, source] });
    const agent = await Agent.start(machine, { mount: { source } });
    const { condition } = await agent.until("Absent/SourceUnusable");
    expect(condition.message).toContain(why);
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });
});

describe("a target that is not right yet", () => {
  test.each([
    ["a symbolic link", `mkdir "$1".real; ln -s "$1".real "$1"`],
    ["a file", `: > "$1"`],
    ["a FIFO", `mkfifo "$1"`],
  ])("is %s: refused, and attached once it is moved away", async (_, script) => {
    using machine = await Machine.start();
    await machine.sh(script, { args: [machine.target] });
    const agent = await Agent.start(machine);
    await agent.until("Broken/TargetUnusable");
    expect(machine.mountsAt(machine.target)).toEqual([]);
    await machine.sh(`mv "$1" "$1".away`, { args: [machine.target] });
    await agent.until("Healthy");
  });

  test("has a parent that is not shared: said at the start, with the way out; attached once it is", async () => {
    using machine = await Machine.start({ shared: false });
    const agent = await Agent.start(machine);
    const { condition } = await agent.until("Broken/NotShared");
    expect(condition.message).toContain("Bidirectional");
    expect((await agent.get("/readyz")).code).toBe(503);
    expect(machine.mountsAt(machine.target)).toEqual([]);
    await machine.sh(`mount --make-shared "$1"`, { args: [machine.node] });
    await agent.until("Healthy");
  });

  test("holds files already: with rescue: report they stay in it, hidden, and are counted", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"; echo dump > "$1"/old`, { args: [machine.target] });
    const agent = await Agent.start(machine, { config: { rescue: "report" } });
    const mount = await agent.until("Degraded/ShadowedFiles");
    expect(mount.condition.reason).toBe("ShadowedFiles");
    expect(mount.bareDirectory).toEqual({ locked: true, immutable: true, shadowed: 1 });
    const below = await machine.below();
    expect(await below.read(join(machine.target, "old"))).toBe("dump");
    await below.sh(`chattr -i "$1"; rm "$1"/old`, { args: [machine.target] });
    await agent.until("Healthy");
    await until(() => directoryIn(below, machine.target).immutable, { what: "the lock to be back" });
  });
});
