import { describe, expect, test } from "bun:test";
import { blankMemory } from "../../agent/core/memory.ts";
import { nothingLeft, type Rescued } from "../../agent/core/rescue.ts";
import { afterRescue } from "../../agent/core/rescue-due.ts";

const monitor = { intervalMs: 1000 };
const nothing: Rescued = {
  files: 0,
  bytes: 0,
  elsewhere: 0,
  folder: null,
  changed: 0,
  left: nothingLeft,
  example: null,
  more: false,
};
const five: Rescued = { ...nothing, files: 5, bytes: 22 };
const busy: Rescued = { ...five, left: { ...nothingLeft, busy: 2 }, example: "a is open for writing" };
const after = (...all: (Rescued | null)[]) =>
  all.reduce((memory, did, at) => afterRescue(memory, did, at, monitor), blankMemory().rescue);

describe("what the last rescue did", () => {
  test.each([
    ["is told", [five], five],
    ["is not forgotten when another one gives no answer", [five, null], five],
    ["nor when another one finds nothing", [five, nothing], five],
    ["though nothing is left any more then", [busy, nothing], five],
    ["gives way to what the next one left", [five, { ...nothing, left: busy.left }], { ...nothing, left: busy.left }],
    ["is nothing when nothing was there", [nothing], nothing],
    ["is unknown when there was none that answered", [null], null],
  ])("%s", (_, all, last) => {
    expect(after(...all).last).toEqual(last);
  });
});

test("one that moved nothing is tried again ever later; one that ran out of time goes on at once", () => {
  expect([after(five), after(null, null), after(five, null, null)].map(({ attempts }) => attempts)).toEqual([1, 2, 3]);
  expect(after(five, { ...five, more: true })).toMatchObject({ attempts: 0, retryAt: 1 });
});
