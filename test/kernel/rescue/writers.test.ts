import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { compiled } from "../harness/compile.ts";
import { Machine } from "../harness/machine.ts";
import type { Program } from "../harness/program.ts";
import { bareOf, inBare, lockedAndEmpty, options } from "./shadowed.ts";

const FILES = 1000;
const WRITERS = 4;

/** All on one CPU, if asked: who was about to open a file is then often stopped just there. */
const cases = [
  ["on all CPUs", []],
  ["on one CPU", ["taskset", "-c", "0"]],
] as const;

test.each(cases)("no record of those who write all the time is lost, %s", async (_, bound) => {
  using machine = await Machine.start({ size: "512m" });
  await inBare(machine, `mkdir app; seq -f 'app/file-%g' 0 ${FILES - 1} | xargs touch`);
  const below = await machine.below();
  const scribbler = compiled(join(import.meta.dir, "scribbler.c"));
  const writers: Program[] = [];
  for (let seed = 1; seed <= WRITERS; seed += 1) {
    // Its directory it has open since before the lock.
    const writer = below.run([
      "sh",
      "-c",
      `cd "$1/app"; shift; exec "$@"`,
      "sh",
      machine.target,
      ...bound,
      scribbler,
      String(FILES),
      String(seed),
    ]);
    await writer.line((line) => line === "ready", { what: "the writer to begin" });
    writers.push(writer);
  }
  const agent = await Agent.start(machine, options);
  if (bound.length > 0) await machine.sh(`taskset -a -p 1 "$1" > /dev/null`, { args: [String(agent.program.pid)] });
  await agent.event("rescued", 1, 60_000);
  for (const writer of writers) writer.send("");
  const written: string[] = [];
  for (const [index, writer] of writers.entries()) {
    await writer.exited;
    expect(writer.lines.at(-1)).toMatch(/^end \d+ \d+$/);
    written.push(...writer.lines.slice(1, -1).map((number) => `${index + 1} ${number}`));
  }
  await agent.until("Healthy", "dumps", 30_000);
  const found = new Set(
    (await machine.sh(`find "$1" -name 'file-*' -type f -exec cat {} +`, { args: [machine.source] })).split("\n"),
  );
  expect(written.length).toBeGreaterThan(1000);
  expect(written.filter((record) => !found.has(record)).length).toEqual(0);
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});
