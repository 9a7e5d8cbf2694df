import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { compiled } from "../harness/compile.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { until } from "../harness/until.ts";
import { bareOf, inBare, inShadow, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

/** A program that has a file in the bare directory open, in a place that still sees it. */
const writerOf = async (below: Place, path: string) => {
  const writer = below.run([compiled(join(import.meta.dir, "writer.c")), path]);
  await writer.line((line) => line === "ok", { what: "the writer to have opened its file" });
  return writer;
};

describe("a file that is open for writing", () => {
  test.each(["by descriptor", "in memory"])("%s stays, is told, and moves once it is closed", async (how) => {
    using machine = await Machine.start();
    await inBare(machine, "mkdir app; echo before > app/log; echo other > other");
    const below = await machine.below();
    const writer = await writerOf(below, join(machine.target, "app/log"));
    if (how === "in memory") expect(await writer.ask("map")).toBe("ok");
    const agent = await Agent.start(machine, options);
    const left = await agent.event("rescueLeft");
    expect(left).toMatchObject({ level: "warn", busy: 1, failed: 0, example: "app/log is being written" });
    await until(async () => (await agent.mount()).condition.message.includes("1 being written"), {
      what: "the message",
    });
    const { condition, rescue } = await agent.until("Degraded/ShadowedFiles");
    expect(condition.message).toContain("1 entry lies hidden");
    expect(rescue).toMatchObject({ left: { busy: 1 } });
    expect((await agent.get("/readyz")).code).toBe(200);
    expect(await volumeOf(machine)).toBe("./app/\n./other: other");

    // What is written now is not lost either.
    expect(await writer.ask(how === "in memory" ? "put B" : "write after")).toBe("ok");
    await agent.probed(2);
    expect(await below.read(join(machine.target, "app/log"))).toBe(how === "in memory" ? "Before" : "before\nafter");
    expect(await writer.ask("close")).toBe("ok");
    await agent.until("Healthy");
    expect(await volumeOf(machine)).toBe(
      how === "in memory"
        ? "./app/\n./app/log: Before\n./other: other"
        : "./app/\n./app/log: before\nafter\n./other: other",
    );
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
    expect(agent.events("rescued").map(({ files }) => files)).toEqual([1, 1]);
    expect(agent.events("rescueLeft")).toHaveLength(1);
  });

  test("nobody adds anything beside it", async () => {
    using machine = await Machine.start();
    await inBare(machine, "mkdir -p app/deep; echo before > app/deep/log");
    const below = await machine.below();
    await writerOf(below, join(machine.target, "app/deep/log"));
    const agent = await Agent.start(machine, options);
    await agent.event("rescueLeft");
    await agent.probed(2);
    const attempt = `for path in "$1/new" "$1/app/new" "$1/app/deep/new"; do (: > "$path") 2>&1 | grep -o "Operation not permitted"; done`;
    expect(await below.sh(attempt, { args: [machine.target] })).toBe(
      Array(3).fill("Operation not permitted").join("\n"),
    );
  });
});

describe("a file that somebody wants to write while it is moved", () => {
  test("is his at once, with all that he writes", async () => {
    using machine = await Machine.start({ size: "400m" });
    // Long enough to copy; the rest of the second for which a file is held aside is enough in any case.
    await inBare(machine, "head -c 50m /dev/urandom > dump; echo small > small");
    const below = await machine.below();
    const writer = await writerOf(below, join(machine.target, "small"));
    await writer.ask("close");
    const agent = await Agent.start(machine, options);
    // Lies aside, which is where it can be opened while it is held.
    const found = await until(() => below.sh(`cd "$1"; ls -d .mooring-aside-*/small`, { args: [machine.target] }), {
      what: "the file to lie aside",
      every: 1,
    });
    const late = await writerOf(below, join(machine.target, found));
    expect(await late.ask("write late")).toBe("ok");
    expect(await until(() => below.read(join(machine.target, "small")), { what: "the file to be back" })).toBe(
      "small\nlate",
    );
    await agent.event("rescueLeft");
    expect(await late.ask("close")).toBe("ok");
    await agent.until("Healthy");
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
    const all = await machine.sh(`cd "$1"; find . -name small -exec cat {} +`, { args: [machine.source] });
    expect(all).toContain("small\nlate");
  });
});

test("a directory that fills up again while it is emptied is emptied in the end", async () => {
  using machine = await Machine.start();
  await inBare(machine, "echo one > one");
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  const below = await machine.below();
  for (let round = 2; round <= 4; round += 1) {
    await inShadow(below, machine, `mkdir -p app; echo ${round} > app/${round}`);
    await agent.event("rescued", round);
  }
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe("./app/\n./app/2: 2\n./app/3: 3\n./app/4: 4\n./one: one");
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});
