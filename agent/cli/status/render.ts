import { count, sayAge, sayBytes } from "../../core/say.ts";
import { type Row, renderTable, type TableStyle } from "../table.ts";
import type { ShownMount, Snapshot } from "./snapshot.ts";

const heads = ["NAME", "STATE", "REASON", "AGE", "SOURCE", "TARGET", "SPACE", "STACK"];
const stateColumn = 1;
const pathColumns = [4, 5] as const;

export type Look = Pick<TableStyle, "fancy" | "colour" | "columns">;

/** The table, below each mount what is wrong with it and who uses it, and one sentence. `now` in milliseconds since the epoch. */
export const renderSnapshot = (snapshot: Snapshot, look: Look, now: number): string => {
  const { mounts, ready, node, version } = snapshot;
  const rows = mounts.map((mount) => rowOf(mount, now));
  const table = rows.length === 0 ? "" : renderTable(heads, rows, { ...look, shrinkable: pathColumns });
  const unusable = mounts.filter(({ usable }) => !usable).length;
  const verdict = ready
    ? `ready: ${count(mounts.length, "mount")}`
    : `not ready: ${unusable} of ${count(mounts.length, "mount")} cannot be used`;
  return `${table}${node === null ? "" : `${node}: `}${verdict} (Mooring ${version})\n`;
};

const rowOf = (mount: ShownMount, now: number): Row => {
  const { name, state, reason, message, since, source, target, space, stackDepth, usable, consumers } = mount;
  const isFine = usable && state === "Healthy";
  const cells = [
    name,
    state,
    reason,
    sayAge(now - since),
    source,
    target,
    space === null ? "-" : `${size(space.sizeBytes - space.availBytes)}/${size(space.sizeBytes)}`,
    Number.isNaN(stackDepth) ? "?" : String(stackDepth),
  ];
  const notes = [...(isFine ? [] : [message]), ...(consumers.length === 0 ? [] : [`used by ${sayPods(consumers)}`])];
  return { cells, colours: { [stateColumn]: colourOf(mount) }, notes };
};

/** A line for people: of a crowd the first few. */
const sayPods = (pods: readonly string[]): string =>
  [...pods.slice(0, shownPods), ...(pods.length > shownPods ? [`${pods.length - shownPods} more`] : [])].join(", ");

const shownPods = 20;

/** One word, so that awk can count columns. */
const size = (bytes: number): string => sayBytes(bytes).replace(" ", "");

const [green, yellow, red, dim] = ["32", "33", "31", "2"] as const;

const colourOf = ({ state, usable }: ShownMount): string => {
  if (state === "Unknown") return dim;
  if (usable) return state === "Healthy" ? green : yellow;
  return state === "Waiting" ? yellow : red;
};
