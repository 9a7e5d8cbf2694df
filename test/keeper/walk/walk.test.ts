import { test } from "bun:test";
import fc from "fast-check";
import { anyPlan, hangingPlan, type Plan, racyPlan } from "./events.ts";
import { Walk } from "./walk.ts";

/**
 * The same walks each time, so that a change is told from chance; WALK_RUNS makes a long one, and another one each time. A
 * failure prints its seed and path; WALK_SEED and WALK_PATH lead there again.
 */
const { WALK_RUNS, WALK_SEED = WALK_RUNS === undefined ? "20261121" : undefined, WALK_PATH } = process.env;

const neverFails = (plans: fc.Arbitrary<Plan>, runs: number): void => {
  fc.assert(
    fc.property(plans, (plan) => new Walk(plan).run()),
    {
      numRuns: Number(WALK_RUNS ?? runs),
      includeErrorInReport: true,
      ...(WALK_SEED && { seed: Number(WALK_SEED) }),
      ...(WALK_PATH && { path: WALK_PATH }),
    },
  );
};

const TIMEOUT_MS = 3_600_000;

test(
  "whatever happens in whatever order, every promise holds and it comes to rest",
  () => neverFails(anyPlan, 1200),
  TIMEOUT_MS,
);
test("and so it is while mounts come and go in the middle of a pass", () => neverFails(racyPlan, 500), TIMEOUT_MS);
test("and so it is while volumes hang for long", () => neverFails(hangingPlan, 500), TIMEOUT_MS);
