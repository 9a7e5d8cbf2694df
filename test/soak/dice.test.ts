import { expect, test } from "bun:test";
import { Dice } from "./walk/dice.ts";

const draws = (seed: number): number[] => {
  const dice = new Dice(seed);
  return Array.from({ length: 1000 }, () => dice.below(10));
};

test("a seed draws the same again, its neighbour does not, and every lot is drawn", () => {
  for (const seed of [0, 1, 2, 2 ** 31]) {
    expect(draws(seed)).toEqual(draws(seed));
    expect(draws(seed)).not.toEqual(draws(seed + 1));
    expect(new Set(draws(seed)).size).toBe(10);
  }
});

test("what weighs more is drawn more often", () => {
  const dice = new Dice(1);
  const items = [
    { name: "rare", weight: 1 },
    { name: "common", weight: 9 },
  ];
  const drawn = Array.from({ length: 1000 }, () => dice.weighted(items).name);
  const common = drawn.filter((name) => name === "common").length;
  expect(common).toBeGreaterThan(850);
  expect(common).toBeLessThan(950);
});
