import { expect, test } from "bun:test";
import { messageOf, until } from "./until.ts";

test("waits until a condition is met and gives its value", async () => {
  let calls = 0;
  expect(await until(() => ++calls === 5 && "done", { what: "five calls" })).toBe("done");
  expect(calls).toBe(5);
});

test("takes a condition that throws for one that is not met yet", async () => {
  let calls = 0;
  const value = await until(
    () => {
      if (++calls < 3) throw new Error("not there");
      return calls;
    },
    { what: "the third call" },
  );
  expect(value).toBe(3);
});

test("fails at the deadline with what was seen last", async () => {
  const said = await messageOf(until(() => 0, { what: "something else", deadline: 10 }));
  expect(said).toBe("not within 10 ms: something else; last seen: 0");
});

test("fails at once when there is no hope", async () => {
  const said = await messageOf(until(() => false, { what: "an answer", hopeless: () => "it is dead" }));
  expect(said).toBe("never: an answer; it is dead");
});
