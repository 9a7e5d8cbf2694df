import { test } from "bun:test";
import fc from "fast-check";
import { anyPlan } from "./events.ts";
import { Walk } from "./walk.ts";

const { WALK_SEED, WALK_RUNS, WALK_PATH } = process.env;

test("whatever happens in whatever order, every promise holds and it comes to rest", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => new Walk(plan).run()),
    {
      includeErrorInReport: true,
      numRuns: Number(WALK_RUNS ?? 1000),
      ...(WALK_SEED && { seed: Number(WALK_SEED) }),
      ...(WALK_PATH && { path: WALK_PATH }),
    },
  );
}, 600_000);
