import { expect, test } from "bun:test";
import { constants, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compiled } from "../../kernel/harness/compile.ts";
import { Program } from "../../kernel/harness/program.ts";
import { Shadow } from "./shadow.ts";

const MIB = 1024 * 1024;

/** Asks for a file as somebody does who wants to write it, but does not wait for it. */
const ask = (path: string): void => {
  expect(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)).toThrow("EAGAIN");
};

test("who wants a file that is held aside behind a large one has it back at the next look", () => {
  using shadow = new Shadow({ large: 8 * MIB, small: 1, other: 1 });
  const seen: string[][] = [];
  shadow.onLook = () => {
    if (seen.length === 0) ask(shadow.aside("small"));
    seen.push(shadow.where("small"));
  };
  shadow.move("large", "small", "other");
  expect(seen.slice(0, 2)).toEqual([["aside"], ["bare"]]);
  expect([shadow.where("large"), shadow.where("other")]).toEqual([
    ["aside", "volume"],
    ["aside", "volume"],
  ]);
  expect(shadow.errand.tally.result("", false).left).toMatchObject({ busy: 1, failed: 0 });
});

test("one whose copy is there already is given back while the two are compared", () => {
  using shadow = new Shadow({ large: 8 * MIB });
  shadow.move("large");
  shadow.errand.waiting.giveUp();
  expect(shadow.where("large")).toEqual(["bare", "volume"]);
  let looks = 0;
  shadow.onLook = () => {
    looks += 1;
    if (looks === 1) ask(shadow.aside("large"));
  };
  shadow.move("large");
  expect([looks, shadow.where("large")]).toEqual([1, ["bare", "volume"]]);
});

test("one that somebody is just opening, and has not waited for yet, is not removed", async () => {
  using shadow = new Shadow({ small: 1 });
  shadow.move("small");
  expect(shadow.where("small")).toEqual(["aside", "volume"]);
  using latecomer = new Program([compiled(join(import.meta.dir, "latecomer.c")), shadow.aside("small")]);
  await latecomer.line((line) => line === "opening", { what: "somebody to be opening it" });
  shadow.errand.waiting.drain();
  expect(shadow.where("small")).toEqual(["bare", "volume"]);
  expect(await latecomer.ask("go on")).toBe("ok");
  expect(readFileSync(shadow.bare("small"), "utf8")).toBe("xlate");
});
