import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { directoryIn } from "./directory-in.ts";

describe("a source that is not right yet", () => {
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
