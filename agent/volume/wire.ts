import type { VolumeReport } from "../core/volume-report.ts";
import type { VolumeRequest } from "./request.ts";

/** What a child says while it is at work on something long. */
export const PROGRESS = "at work";

/** Inode numbers pass 2^53, so they travel as decimal text. */
const write = (what: unknown): string =>
  JSON.stringify(what, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

const read = (line: string): unknown =>
  JSON.parse(line, (key, value: unknown) => (key === "inode" ? BigInt(value as string) : value)) as unknown;

/** A request as one line of JSON. */
export const writeRequest = (request: VolumeRequest): string => write(request);
export const readRequest = (line: string): VolumeRequest => read(line) as VolumeRequest;

/** A report as one line of JSON. */
export const writeReport = (report: VolumeReport): string => write(report);

/** What a child is about to examine, told before it does and may hang: its super device, as one line. */
export const writeExamines = (superDevice: string): string => JSON.stringify({ examines: superDevice });

/** Null for any other line. */
export function readExamines(line: string): string | null {
  const found = /^\{"examines":"(\d+:\d+)"\}$/.exec(line);
  return found?.[1] ?? null;
}

/** @throws when the line is no report: a replaced binary may answer in another version's way. */
export function readReport(line: string): VolumeReport {
  const found = read(line);
  const isReport = typeof found === "object" && found !== null && "source" in found && "volume" in found;
  if (!isReport) throw new Error(`the volume child answered ${line.slice(0, 100)}, which is no report`);
  return found as VolumeReport;
}
