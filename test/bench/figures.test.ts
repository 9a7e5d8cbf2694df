import { expect, test } from "bun:test";
import { figuresOf, tableOf } from "./figures.ts";

test("percentiles are values that were measured, by nearest rank", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(figuresOf(values)).toEqual({ p50: 50, p99: 99, max: 100 });
  expect(figuresOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
});

test("a table lines up", () => {
  expect(
    tableOf(
      ["who", "p50"],
      [
        ["agent", "1.0"],
        ["x", "123.4"],
      ],
    ),
  ).toBe(["| who   |   p50 |", "|-------|------:|", "| agent |   1.0 |", "| x     | 123.4 |"].join("\n"));
});
