import type { TraceBody } from "../../../../agent/core/trace.ts";
import { mount } from "./examples.ts";

/** Said of what it tells Kubernetes, and how it leaves. */
export const kubernetes: [TraceBody, said: string][] = [
  [
    { kind: "kubernetesRequest", verb: "get", outcome: "403", durationMs: 12 },
    "debug: asked the API server: get, 403 (12 ms)",
  ],
  [
    { kind: "kubernetesFailing", part: "marks", why: "no answer in time" },
    "warn: the node cannot be told how its mounts are: no answer in time; the mounts need none of it",
  ],
  [
    { kind: "kubernetesFailing", part: "consumers", why: "403: no" },
    "warn: who uses the mounts cannot be told: 403: no; the mounts need none of it",
  ],
  [
    { kind: "kubernetesFailing", part: "events", why: "403: no" },
    "warn: Events cannot be written: 403: no; the mounts need none of it",
  ],
  [
    { kind: "kubernetesBack", part: "marks", afterMs: 120_000 },
    "info: the node says how its mounts are again, after 2 min",
  ],
  [
    { kind: "nodeMarked", node: "worker-1", label: "ready", reason: "MountsReady" },
    "info: marked node worker-1 as ready (MountsReady)",
  ],
  [
    { kind: "nodeMarksHeld", holder: "other (pod a/b)", names: ["volume-mounts", "VolumeMountsReady"] },
    "warn: volume-mounts and VolumeMountsReady of this node belong to another agent, other (pod a/b); this one leaves them alone: give it kubernetes.label and kubernetes.condition of its own",
  ],
  [{ kind: "startupTaintRemoved", taint: "a:NoSchedule" }, "info: removed the startup taint a:NoSchedule"],
  [{ kind: "consumerAtRisk", mount, pod: "a/b", risk: "CannotFollow", advice: "do this" }, "warn: dumps: do this"],
  [
    { kind: "directoryRefused", pod: "a/b", why: "goes up" },
    "warn: pod a/b asks for a directory that it does not get: goes up",
  ],
  [{ kind: "exitDecided", policy: "keep", why: "because" }, "info: the mounts stay: because"],
  [{ kind: "exitDecided", policy: "release", why: "because" }, "info: the mounts are released: because"],
  [
    { kind: "waitingForConsumers", pods: ["a/b"], withinMs: 110_000 },
    "info: waiting up to 1 min 50 s until the mounts are not used any more by 1 pod: a/b",
  ],
  [
    { kind: "releasedInUse", mount, pods: ["a", "b", "c", "d", "e", "f", "g"] },
    "warn: dumps: released while 7 pods still used it, so the volume stays busy until they end: a, b, c, d, e and 2 more",
  ],
];
