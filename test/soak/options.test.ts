import { expect, test } from "bun:test";
import { readOptions } from "./options.ts";

test("everything, a hundred times, unless told otherwise", () => {
  expect(readOptions([])).toMatchObject({ times: 100, faults: 10_000, seconds: 60, only: [] });
  expect(readOptions(["--times", "3", "--seed", "7", "--only", "walk", "--only", "hung"])).toMatchObject({
    times: 3,
    seed: 7,
    only: ["walk", "hung"],
  });
  expect(readOptions(["--help"])).toBe("help");
});

test.each([
  [["--times", "many"], "--times many: want a whole number from 0"],
  [["--lanes", "0"], "--lanes 0: want a whole number from 1"],
  [["--only", "nothing"], "--only nothing: there is none; want one of walk, crowded-minute, unmounted,"],
  [["--often"], "--often"],
])("%j is refused", (argv, why) => {
  expect(() => readOptions(argv)).toThrow(why);
});
