import { expect, test } from "bun:test";
import { Machine } from "../kernel/harness/machine.ts";
import { ask } from "./ask.ts";

const folders = async (machine: Machine): Promise<string[]> =>
  (await machine.sh(`find "$1/.mooring/nodes" -mindepth 1 -maxdepth 1 -printf '%f\\n'`, { args: [machine.source] }))
    .split("\n")
    .filter(Boolean);

const longest = [63, 63, 63, 61].map((length) => "n".repeat(length)).join(".");

test.each(["node-a", "ip-10-0-0-1.eu-central-1.compute.internal", "A_b.C", longest])(
  "a node's name is that of its folder: %s",
  async (node) => {
    using machine = await Machine.start();
    expect((await ask(machine, { node })).volume).toMatchObject({ problem: null, remark: null });
    expect(await folders(machine)).toEqual([node]);
  },
);

test.each([
  "",
  ".",
  "..",
  "/",
  "a/b",
  "../../outside",
  ".hidden",
  "a b",
  "a\nb",
  "a\0b",
  "-rf",
  "\u{1f9f5}",
  "\ud800",
  "n".repeat(256),
  "n".repeat(5000),
])("a name that would be no good one has a folder all the same: %j", async (node) => {
  using machine = await Machine.start();
  expect((await ask(machine, { node })).volume).toMatchObject({ problem: null, remark: null });
  const [folder = "", ...more] = await folders(machine);
  expect([folder, more]).toEqual([expect.stringMatching(/^[a-z0-9-]{10,60}$/), []]);
  expect((await ask(machine, { node })).volume).toMatchObject({ problem: null, remark: null, isNew: false });
  // Another one of its kind has another.
  expect((await ask(machine, { node: `${node}/` })).volume).toMatchObject({ problem: null, remark: null });
  expect((await folders(machine)).length).toBe(2);
  expect(await machine.sh(`ls -A "$1"`, { args: [machine.source] })).toBe(".mooring\n.ready");
});
