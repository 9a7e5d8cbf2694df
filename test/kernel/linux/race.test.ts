import { expect, test } from "bun:test";
import { join } from "node:path";
import { compiled } from "../harness/compile.ts";
import { extremes, Scene } from "./scene.ts";
import { ran } from "./script.ts";

/** Attaches that often while two names are swapped, and tells how the tries ended. */
const raced = async ({ machine }: Scene, names: [string, string], tries: number, denied: readonly string[]) => {
  const swapper = machine.run([compiled(join(import.meta.dir, "swapper.c")), ...names]);
  await swapper.line((line) => line === "ready", { what: "the swapper to begin" });
  const { said, code } = await ran(machine, "race.ts", [machine.target, machine.source, String(tries), ...denied]);
  expect([said, code]).toEqual([expect.stringMatching(/^\{.*\}$/), 0]);
  expect(Number(await swapper.ask("stop"))).toBeGreaterThan(100);
  const outcomes = JSON.parse(said) as Record<string, number>;
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(tries);
  return outcomes;
};

/** `elsewhere` is where the links lead: nothing is ever made or mounted in it. */
const elsewhereOf = ({ machine }: Scene) =>
  machine.sh(`find "$1/elsewhere" | wc -l; stat -c '%Y %a' "$1/elsewhere"`, {
    args: [machine.root],
  });

test.each(extremes)("on %s a parent swapped for a link never leads elsewhere", async (_, denied) => {
  using scene = await Scene.open(denied);
  const { machine } = scene;
  await scene.sh(`mkdir -p "$4/elsewhere/dumps"; ln -s "$4/elsewhere" "$3.link"`);
  const before = await elsewhereOf(scene);
  const host = await machine.peer();
  const outcomes = await raced(scene, [machine.parent, `${machine.parent}.link`], 10_000, denied);
  expect(Object.keys(outcomes).toSorted()).toEqual(["ELOOP", "attached"]);
  expect(outcomes.attached).toBeGreaterThan(20);
  expect(await elsewhereOf(scene)).toBe(before);
  for (const place of [machine, host])
    expect(place.mountinfo().filter(({ mountPoint }) => mountPoint.includes("elsewhere"))).toEqual([]);
});

test.each(extremes)("on %s a target swapped for a link never leads elsewhere", async (_, denied) => {
  using scene = await Scene.open(denied);
  const { machine } = scene;
  await scene.sh(`mkdir -p "$4/elsewhere" "$2"; ln -s "$4/elsewhere" "$2.link"`);
  const before = await elsewhereOf(scene);
  const outcomes = await raced(scene, [machine.target, `${machine.target}.link`], 1500, denied);
  expect(outcomes.nowhere).toBeUndefined();
  expect(outcomes.attached).toBeGreaterThan(20);
  expect(await elsewhereOf(scene)).toBe(before);
  expect(machine.mountinfo().filter(({ mountPoint }) => mountPoint.includes("elsewhere"))).toEqual([]);
});
