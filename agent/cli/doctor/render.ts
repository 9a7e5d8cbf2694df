import type { Diagnosis, MountDiagnosis } from "../../core/doctor/diagnosis.ts";
import { printable } from "../../core/printable.ts";
import { type Row, renderTable, type TableStyle } from "../table.ts";

const heads = ["NAME", "TARGET", "MOUNTED", "STACK", "BARE DIRECTORY", "SEEN BY"];
const pathColumns = [1, 2] as const;

/** A row per mount, and below it what is wrong with it; what belongs to no mount comes last. */
export const renderDiagnosis = ({ mounts, findings }: Diagnosis, look: Omit<TableStyle, "shrinkable">): string => {
  const rows = mounts.map((mount): Row => {
    const notes = findings.filter((finding) => finding.mount === mount.name).map(sentence);
    return { cells: cellsOf(mount), notes };
  });
  const table = rows.length === 0 ? "" : renderTable(heads, rows, { ...look, shrinkable: pathColumns });
  const rest = findings.filter(({ mount }) => mount === null).map((finding) => `${sentence(finding)}\n`);
  return `${table}${rest.join("")}`;
};

const sentence = ({ reason, message }: Diagnosis["findings"][number]): string => printable(`${reason}: ${message}`);

const cellsOf = ({ name, target, stack, bareDirectory, seenBy }: MountDiagnosis): string[] => {
  const [top] = stack;
  const count = (sight: string): number => seenBy.filter((seen) => seen.sight === sight).length;
  const others = (["other", "bare"] as const)
    .filter((sight) => count(sight) > 0)
    .map((sight) => `,${count(sight)} ${sight}`);
  return [
    name,
    printable(target),
    top === undefined ? "-" : printable(`${top.fsType}:${top.source}`),
    String(stack.length),
    bareDirectory,
    `${count("volume")} volume${others.join("")}`,
  ];
};
