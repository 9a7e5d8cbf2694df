import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { anyPlan } from "./events.ts";
import { mutants, withBroken } from "./mutants.ts";
import { Walk } from "./walk.ts";

/** Far more walks than any of them needs; the first that fails ends the search. */
const ENOUGH = 5000;

describe("a walk fails when", () => {
  for (const [kind, broken] of Object.entries(mutants))
    for (const [how, perform] of Object.entries(broken))
      test(`${kind} ${how}`, () => {
        const walk = fc.property(anyPlan, (plan) =>
          new Walk(plan, withBroken(kind as keyof typeof mutants, perform)).run(),
        );
        const { failed, numRuns, errorInstance } = fc.check(walk, { numRuns: ENOUGH, endOnFailure: true });
        if (process.env.WALK_TELL)
          console.log(`${kind} ${how}: ${numRuns} walks, ${String(errorInstance).split("\n")[0]}`);
        expect(failed).toBe(true);
      });
});
