import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ActionKind } from "../../../agent/core/action.ts";
import { anyPlan, hangingPlan, racyPlan } from "./events.ts";
import { careless, mutants, withBroken } from "./mutants.ts";
import { Walk } from "./walk.ts";

/** Far more walks than any of them needs, the same ones each time; the first that fails ends the search. */
const ENOUGH = { numRuns: 20_000, seed: 5, endOnFailure: true };
const TIMEOUT_MS = 300_000;

for (const [plans, broken] of [
  [anyPlan, mutants],
  [racyPlan, careless],
] as const)
  describe("a walk fails when", () => {
    for (const [kind, hows] of Object.entries(broken))
      for (const [how, perform] of Object.entries(hows))
        test(
          `${kind} ${how}`,
          () => {
            const walk = fc.property(kind === "abort" ? hangingPlan : plans, (plan) =>
              new Walk(plan, withBroken(kind as ActionKind, perform)).run(),
            );
            const { failed, numRuns, errorInstance } = fc.check(walk, ENOUGH);
            if (process.env.WALK_TELL) console.log(`${kind} ${how}: walk ${numRuns}, ${String(errorInstance)}`);
            expect(failed).toBe(true);
          },
          TIMEOUT_MS,
        );
  });
