import type { VolumeReport } from "../core/volume-report.ts";

/** A report as one line of JSON; inode numbers pass 2^53, so they travel as decimal text. */
export const writeReport = (report: VolumeReport): string =>
  JSON.stringify(report, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

/** What a child is about to examine, told before it does and may hang: its super device, as one line. */
export const writeExamines = (superDevice: string): string => JSON.stringify({ examines: superDevice });

/** Null for any other line. */
export function readExamines(line: string): string | null {
  const found = /^\{"examines":"(\d+:\d+)"\}$/.exec(line);
  return found?.[1] ?? null;
}

/** @throws when the line is no report: a replaced binary may answer in another version's way. */
export function readReport(line: string): VolumeReport {
  const found = JSON.parse(line, (key, value: unknown) =>
    key === "inode" ? BigInt(value as string) : value,
  ) as unknown;
  const isReport = typeof found === "object" && found !== null && "source" in found && "volume" in found;
  if (!isReport) throw new Error(`the volume child answered ${line.slice(0, 100)}, which is no report`);
  return found as VolumeReport;
}
