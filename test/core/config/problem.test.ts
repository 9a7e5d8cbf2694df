import { expect, test } from "bun:test";
import { arrange, type Problem, placeOf, quote } from "../../../agent/core/config/problem.ts";

test("a place names the way to it", () => {
  const problems: Problem[] = [];
  const root = placeOf(problems);
  root.key("mounts").index(0).key("options").index(1).problem("x");
  root.key("a b").key("c.d").key('"').problem("x");
  root.key("\u001b[31m\n").problem("x");
  root.key("k".repeat(500)).problem("x");
  root.problem("x");
  expect(problems.slice(0, 3).map(({ path }) => path)).toEqual([
    "mounts[0].options[1]",
    '"a b"."c.d"."\\""',
    '"\\u001b[31m\\n"',
  ]);
  expect(problems[3]?.path.length).toBeLessThan(100);
  expect(problems[4]?.path).toBe("");
});

test("a quoted value is one short line without anything a terminal would obey", () => {
  expect(quote("a\nb")).toBe('"a\\nb"');
  expect(quote("\u202edcba")).toBe('"\\u{202e}dcba"');
  expect(quote("\u009b")).toBe('"\\u{9b}"');
  expect(quote("x".repeat(1000)).length).toBeLessThan(100);
});

test("problems are sorted by path, positions by their number, and told once", () => {
  const at = (path: string, message = "m"): Problem => ({ path, message });
  const given = [
    at("mounts[10].a"),
    at("mounts[9].a"),
    at("a"),
    at(""),
    at("mounts"),
    at("a"),
    at("a", "b"),
    at("mounts[9].b"),
  ];
  expect(arrange(given)).toEqual([
    at(""),
    at("a", "b"),
    at("a"),
    at("mounts"),
    at("mounts[9].a"),
    at("mounts[9].b"),
    at("mounts[10].a"),
  ]);
});

test("more than a hundred are counted, not told", () => {
  const many = Array.from({ length: 250 }, (_, index) => ({ path: `k${index}`, message: "m" }));
  const told = arrange(many);
  expect(told).toHaveLength(101);
  expect(told.at(-1)).toEqual({ path: "", message: "150 more problems" });
  expect(arrange(many.slice(0, 100))).toHaveLength(100);
});
