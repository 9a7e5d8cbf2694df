import { printable } from "../../core/printable.ts";

/** What `mooring status` shows of a snapshot. Made from an answer that may come from anybody: all text is printable. */
export interface Snapshot {
  ready: boolean;
  version: string;
  node: string | null;
  mounts: ShownMount[];
}

export interface ShownMount {
  name: string;
  state: string;
  reason: string;
  message: string;
  /** Milliseconds since the epoch; NaN when it is not told. */
  since: number;
  source: string;
  target: string;
  usable: boolean;
  stackDepth: number;
  space: { sizeBytes: number; availBytes: number } | null;
  /** `namespace/name` of the pods that use it; none while nobody knows. */
  consumers: string[];
}

/** Reads the Status of this or another version of the agent: only what is shown has to be there. Null when it is none. */
export const readSnapshot = (answer: unknown): Snapshot | null => {
  const { ready, mounts, version, node } = fieldsOf(answer);
  if (typeof ready !== "boolean" || !Array.isArray(mounts)) return null;
  return {
    ready,
    version: text(version),
    node: typeof node === "string" ? text(node) : null,
    mounts: mounts.slice(0, most).map(readMount),
  };
};

/** More than anybody reads. */
const most = 10_000;

const readMount = (mount: unknown): ShownMount => {
  const { name, condition, source, target, attached, verified, stackDepth, space, consumers } = fieldsOf(mount);
  const { state, reason, message, since } = fieldsOf(condition);
  const { sizeBytes, availBytes } = fieldsOf(space);
  return {
    name: text(name),
    state: text(state),
    reason: text(reason),
    message: text(message),
    since: number(since),
    source: source === null ? "-" : text(source),
    target: text(target),
    usable: attached === true && verified === true && (state === "Healthy" || state === "Degraded"),
    stackDepth: number(stackDepth),
    space: typeof sizeBytes === "number" ? { sizeBytes, availBytes: number(availBytes) } : null,
    consumers: Array.isArray(consumers) ? consumers.slice(0, most).map(text) : [],
  };
};

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

const text = (value: unknown): string => (typeof value === "string" ? printable(value) : "?");

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
