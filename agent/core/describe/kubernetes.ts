import { count, sayDuration } from "../say.ts";
import type { KubernetesPart } from "../trace.ts";
import type { Tellers } from "./telling.ts";

/** The dealings with the API server, and with those who use the mounts. */
export const kubernetes = {
  kubernetesRequest: ({ verb, outcome, durationMs }) => {
    const message = `asked the API server: ${verb}, ${outcome} (${sayDuration(durationMs)})`;
    return { level: "debug", message, verb, outcome, durationMs };
  },
  kubernetesFailing: ({ part, why }) => ({
    level: "warn",
    message: `${failing[part]}: ${why}; the mounts need none of it`,
    part,
    why,
  }),
  kubernetesBack: ({ part, afterMs }) => ({
    level: "info",
    message: `${working[part]} again, after ${sayDuration(afterMs)}`,
    part,
    afterMs,
  }),
  nodeMarked: ({ node, label, reason }) => ({
    level: "info",
    message: `marked node ${node} as ${label} (${reason})`,
    node,
    label,
    reason,
  }),
  nodeMarksHeld: ({ holder, names }) => {
    const message = `${names.join(" and ")} of this node belong to another agent, ${holder}; this one leaves them alone: give it kubernetes.label and kubernetes.condition of its own`;
    return { level: "warn", message, holder, names };
  },
  startupTaintRemoved: (trace) => ({
    level: "info",
    message: `removed the startup taint ${trace.taint}`,
    taint: trace.taint,
  }),
  consumerAtRisk: ({ mount, pod, risk, advice }) => ({
    level: "warn",
    message: `${mount}: ${advice}`,
    mount,
    pod,
    risk,
  }),
  directoryRefused: ({ pod, why }) => ({
    level: "warn",
    message: `pod ${pod} asks for a directory that it does not get: ${why}`,
    pod,
    why,
  }),
  exitDecided: ({ policy, why }) => {
    const what = policy === "keep" ? "the mounts stay" : "the mounts are released";
    return { level: "info", message: `${what}: ${why}`, policy, why };
  },
  waitingForConsumers: ({ pods, withinMs }) => {
    const message = `waiting up to ${sayDuration(withinMs)} until the mounts are not used any more by ${count(pods.length, "pod")}: ${few(pods)}`;
    return { level: "info", message, pods, withinMs };
  },
  releasedInUse: ({ mount, pods }) => {
    const message = `${mount}: released while ${count(pods.length, "pod")} still used it, so the volume stays busy until they end: ${few(pods)}`;
    return { level: "warn", message, mount, pods };
  },
} satisfies Partial<Tellers>;

const failing: Record<KubernetesPart, string> = {
  marks: "the node cannot be told how its mounts are",
  events: "Events cannot be written",
  consumers: "who uses the mounts cannot be told",
};

const working: Record<KubernetesPart, string> = {
  marks: "the node says how its mounts are",
  events: "Events are written",
  consumers: "it is known who uses the mounts",
};

const few = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
