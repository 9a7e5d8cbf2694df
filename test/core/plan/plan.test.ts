import { describe, expect, test } from "bun:test";
import { assess } from "../../../agent/core/assess/assess.ts";
import type { Facts } from "../../../agent/core/facts.ts";
import { nextRetryAt, plan, remainingFailures } from "../../../agent/core/plan.ts";
import { factsOf, failureOf } from "../facts-of.ts";
import { bare, cases } from "./cases.ts";

const described = (facts: Facts): string => {
  const action = plan(facts);
  if (!action) return "nothing";
  const { kind } = action;
  if (kind !== "restoreOptions") return "top" in action ? `${kind} ${action.top}` : kind;
  return `${kind} ${action.top} +${action.set.join()} -${action.clear.join()}`;
};

describe("what is done when", () => {
  for (const [situation, action, given] of cases)
    test(`${situation}: ${action}`, () => {
      expect(described(factsOf(given))).toBe(action);
    });
});

test("every kind of action has a case", () => {
  const kinds = new Set(cases.map(([, action]) => action.split(" ")[0]));
  const all = [
    "abort",
    "anchor",
    "attach",
    "detach",
    "heal",
    "nothing",
    "replace",
    "restoreOptions",
    "secure",
    "uncover",
    "unstack",
  ];
  expect([...kinds].toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(all);
});

test("nothing is planned where the verdict is Unknown or Hung and nothing is ours to put back, but by the policy", () => {
  const reported = cases.filter(([, , given]) => given.mount?.onHang !== "abort");
  const unsure = reported.filter(([, , given]) => ["Unknown", "Hung"].includes(assess(factsOf(given)).state));
  expect(unsure.map(([situation, action]) => `${situation}: ${action}`)).toEqual([
    "never locked: secure",
    "securing has to wait: nothing",
    "bare, nothing is held: nothing",
    "something on top that cannot be told: nothing",
    "the right one twice, not verified: nothing",
    "hangs, policy report: nothing",
  ]);
});

describe("a failure", () => {
  const failures = { secure: failureOf(2000), heal: failureOf(2000), replace: failureOf(900) };

  test("is remembered until its time has come", () => {
    expect(Object.keys(remainingFailures(factsOf({ observed: bare, memory: { failures } }), 899))).toEqual([
      "secure",
      "heal",
      "replace",
    ]);
  });
  test("whose time had come when the pass began, and that was not made anew, is forgotten", () => {
    expect(Object.keys(remainingFailures(factsOf({ observed: bare, memory: { failures } }), 900))).toEqual([
      "secure",
      "heal",
    ]);
  });
  test("to put the right mount on top is forgotten once it is there; others are not", () => {
    expect(Object.keys(remainingFailures(factsOf({ memory: { failures } }), 0))).toEqual(["secure"]);
  });
  test("wakes the keeper when its time comes; without one nothing does", () => {
    expect(nextRetryAt(factsOf({ memory: { failures } }).memory)).toBe(900);
    expect(nextRetryAt(factsOf().memory)).toBe(Number.POSITIVE_INFINITY);
  });
});
