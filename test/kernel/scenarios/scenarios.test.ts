import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { kernels } from "../harness/old-kernel.ts";
import { scenarios } from "./all.ts";
import { played } from "./scenario.ts";

describe.each(kernels.map((kernel) => [kernel.name, kernel] as const))("on %s", (_, kernel) => {
  test.each(scenarios.map((scenario) => [scenario.number, scenario.promise, scenario] as const))(
    "scenario %i: %s",
    async (_number, _promise, scenario) => {
      const { lostBytes, foreignTouched, extraMounts } = await played(scenario, kernel);
      expect({ lostBytes, foreignTouched, extraMounts }).toEqual({ lostBytes: 0, foreignTouched: [], extraMounts: 0 });
    },
  );
});

test("each file that tells a scenario is in the list, in order", () => {
  const files = readdirSync(import.meta.dir).filter((name) => /^\d\d-.*\.ts$/.test(name));
  const named = scenarios.map(({ number, name }) => `${String(number).padStart(2, "0")}-${name}.ts`);
  expect(named).toEqual(files.toSorted());
});
