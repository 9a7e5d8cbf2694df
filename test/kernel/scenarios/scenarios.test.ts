import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { kernels, type OldKernel } from "../harness/old-kernel.ts";
import { scenarios } from "./all.ts";
import { played, type Scenario } from "./scenario.ts";
import { isWell } from "./stage.ts";

/** How a scenario came out: "well", or what was wrong. */
const outcome = async (scenario: Scenario, kernel: OldKernel): Promise<string> => {
  try {
    const findings = await played(scenario, kernel);
    return isWell(findings) ? "well" : JSON.stringify(findings);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test.each(scenarios.map((scenario) => [scenario.number, scenario.promise, scenario] as const))(
  "scenario %i: %s",
  async (_number, _promise, scenario) => {
    // On all of them at once: they wait more than they work.
    const outcomes = await Promise.all(kernels.map((kernel) => outcome(scenario, kernel)));
    kernels.forEach(({ name }, index) => {
      expect(`${name}: ${outcomes[index]}`).toBe(`${name}: well`);
    });
  },
  120_000,
);

test("each file that tells a scenario is in the list, in order", () => {
  const files = readdirSync(import.meta.dir).filter((name) => /^\d\d-.*\.ts$/.test(name));
  const named = scenarios.map(({ number, name }) => `${String(number).padStart(2, "0")}-${name}.ts`);
  expect(named).toEqual(files.toSorted());
});
