import { appendFileSync } from "node:fs";
import type { Measured } from "./stage.ts";

/** Appends a story's line to the file that `ci/e2e.d/table` prints: tab-separated, "-" for what it did not measure. */
export const record = (
  { story, result, measured, ms }: { story: string; result: "ok" | "FAILED"; measured: Measured; ms: number },
  file = process.env.STORIES,
): void => {
  const { outageMs, failedWrites, gapMs, also } = measured;
  const fields = [
    story,
    result,
    outageMs === undefined ? "-" : outageMs.toFixed(1),
    failedWrites ?? "-",
    gapMs === undefined ? "-" : gapMs.toFixed(0),
    (ms / 1000).toFixed(1),
    also ?? "",
  ];
  if (file) appendFileSync(file, `${fields.join("\t")}\n`);
};
