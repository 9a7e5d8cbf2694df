import { type Condition, serves } from "../condition.ts";
import { printable } from "../printable.ts";
import { count } from "../say.ts";
import type { MountStatus, Status } from "../status.ts";
import { annotationPrefix } from "./node-view.ts";

/** The names that the agent writes on its node. Label and condition belong to one instance per node. */
export interface MarkKeys {
  label: string;
  condition: string;
  annotation: string;
}

export const keysOf = (settings: { instance: string; label: string; condition: string }): MarkKeys => ({
  label: settings.label,
  condition: settings.condition,
  annotation: `${annotationPrefix}${settings.instance}`,
});

/** What the node is to say about its mounts. */
export interface Marks {
  label: "ready" | "degraded";
  condition: { status: "True" | "False" | "Unknown"; reason: string; message: string };
  /** What the annotation says of each mount, by name. */
  mounts: Readonly<Record<string, MountMark>>;
  /** No agent looks after the mounts for now. */
  stopped: boolean;
}

export interface MountMark {
  state: string;
  reason: string;
  /** RFC 3339, to the second. */
  since: string;
  /** When the mount was last put back in this life of the agent, if ever. */
  healed?: string;
}

export interface MarkFacts {
  status: Status;
  /** By mount: milliseconds since the epoch of the last time it was put back. */
  healed: ReadonlyMap<string, number>;
  /** The agent is ending: from now on nobody knows. */
  stopping: boolean;
}

/** An annotation is no place for a thousand mounts; those that cannot be used come first. */
const mostMounts = 200;

/** The marks that tell a status. Before the first look at a mount, and once the agent ends, they say that nobody knows. */
export const marksOf = ({ status, healed, stopping }: MarkFacts): Marks => {
  const unusable = status.mounts.filter((mount) => !isUsable(mount));
  const named = [...unusable, ...status.mounts.filter(isUsable)].slice(0, mostMounts);
  return {
    label: status.ready && !stopping ? "ready" : "degraded",
    condition: stopping ? stoppedCondition : conditionOf(status, unusable),
    mounts: Object.fromEntries(named.map((mount) => [mount.name, markOf(mount, healed.get(mount.name) ?? null)])),
    stopped: stopping,
  };
};

const isUsable = ({ condition, attached, verified }: MountStatus): boolean =>
  serves(condition.state) && attached && verified;

const stoppedCondition: Marks["condition"] = {
  status: "Unknown",
  reason: "AgentStopped",
  message: "the agent has ended; the mounts are as it left them until another one looks after them",
};

const conditionOf = ({ mounts, ready }: Status, unusable: readonly MountStatus[]): Marks["condition"] => {
  const worst = unusable.find(({ condition }) => condition.state !== "Unknown") ?? unusable[0];
  if (ready || worst === undefined)
    return { status: "True", reason: "MountsReady", message: `${count(mounts.length, "mount")} attached and verified` };
  const { mount, state, reason, message } = worst.condition;
  const share = `${unusable.length} of ${count(mounts.length, "mount")} cannot be used`;
  return {
    status: state === "Unknown" ? "Unknown" : "False",
    // One that serves, but is not attached or not verified yet.
    reason: serves(state) ? "NotYetVerified" : reason,
    message: printable(`${share}; ${mount}: ${state}/${reason}: ${message}`, 1000),
  };
};

const markOf = ({ condition }: MountStatus, healed: number | null): MountMark => ({
  state: condition.state,
  reason: condition.reason,
  since: sinceText(condition),
  ...(healed === null ? {} : { healed: toTheSecond(healed) }),
});

const sinceText = ({ since }: Condition): string => toTheSecond(since);

/** RFC 3339 without fractions, as Kubernetes writes times. A time that no calendar has becomes the epoch. */
export const toTheSecond = (ms: number): string => {
  const date = new Date(ms);
  const text = Number.isNaN(date.getTime()) ? "1970-01-01T00:00:00.000Z" : date.toISOString();
  return text.replace(/\.\d+Z$/, "Z");
};

/**
 * The same marks as before when only the condition's words differ: they hold figures such as bytes left, which change with
 * every probe, and a node at rest is not written.
 */
export const steady = (before: Marks | null, now: Marks): Marks =>
  before !== null && JSON.stringify(withoutWords(before)) === JSON.stringify(withoutWords(now)) ? before : now;

const withoutWords = (marks: Marks): Marks => ({ ...marks, condition: { ...marks.condition, message: "" } });
