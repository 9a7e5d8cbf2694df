import type { VolumeReport } from "../core/volume-report.ts";

/** A report as one line of JSON; inode numbers pass 2^53, so they travel as decimal text. */
export const writeReport = (report: VolumeReport): string =>
  JSON.stringify(report, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

export const readReport = (line: string): VolumeReport =>
  JSON.parse(line, (key, value: unknown) => (key === "inode" ? BigInt(value as string) : value)) as VolumeReport;
