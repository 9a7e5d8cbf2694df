import { printable } from "../printable.ts";
import type { Trace } from "../trace.ts";
import { agent } from "./agent.ts";
import { kubernetes } from "./kubernetes.ts";
import { mounts } from "./mounts.ts";
import type { Field, Level, Tellers, Telling } from "./telling.ts";
import { volumes } from "./volumes.ts";

/** A Trace as it is told: one sentence for people, and the same in fields for machines. */
export interface Description {
  level: Level;
  /** One line, safe to print anywhere. */
  message: string;
  /** Named as in the Trace, durations in milliseconds; `event` is the Trace's kind. */
  fields: Record<string, Field>;
}

const tellers: Tellers = { ...mounts, ...volumes, ...kubernetes, ...agent };

/** The one place where a Trace becomes words: logs and events say the same thing in the same way. */
export const describe = (trace: Trace): Description => {
  const { level, message, ...fields } = tell(trace);
  return { level, message: printable(message), fields: { event: trace.kind, ...bounded(fields) } };
};

const tell = <K extends Trace["kind"]>(trace: Extract<Trace, { kind: K }>): Telling =>
  (tellers[trace.kind as K] as (trace: Extract<Trace, { kind: K }>) => Telling)(trace);

const bounded = (fields: Record<string, Field>): Record<string, Field> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, boundedField(value)]));

const boundedField = (value: Field): Field => {
  if (typeof value === "string") return value.slice(0, 4000);
  // Clocks give nanoseconds; a microsecond is as much as anybody asks of a log.
  if (typeof value === "number") return Math.round(value * 1000) / 1000;
  return Array.isArray(value) ? value.slice(0, 50).map((each: string) => each.slice(0, 1000)) : value;
};
