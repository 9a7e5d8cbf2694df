import type { Condition } from "./condition.ts";
import type { Left } from "./rescue.ts";

/** An error at the kernel's border as it is told to people and logs. */
export interface ErrorReport {
  op: string;
  path: string;
  code: string;
  message: string;
}

/** How the right mount came to be on top of the target. */
export type Attachment = "attached" | "adopted" | "healed" | "replaced" | "uncovered";

/** What the agent does with the API server: marks on the node, Events, and looking for consumers. */
export type KubernetesPart = "marks" | "events" | "consumers";

/** One thing the agent has to say. Logs, counters and Kubernetes events all derive from these and from nothing else. */
export type TraceBody =
  | { kind: "started"; mounts: number; kernel: string; fallbacks: string[] }
  | { kind: "conditionChanged"; mount: string; from: Condition | null; to: Condition }
  | { kind: "attached"; mount: string; how: Attachment; durationMs: number; outageMs: number }
  /** `again`: the last try failed in the same way. */
  | { kind: "actionFailed"; mount: string; action: string; error: ErrorReport; retryInMs: number; again?: boolean }
  | { kind: "recoveryTimeout"; mount: string; afterMs: number }
  | { kind: "bareDirectoryLocked"; mount: string; immutable: boolean }
  /** Copies of our own mount on top of it were detached. */
  | { kind: "unstacked"; mount: string; from: number; to: number }
  | { kind: "optionsRestored"; mount: string; was: string[] }
  /** A mount that no configuration names, and whose agent is gone. */
  | { kind: "orphanFound"; target: string; instance: string; holder: string; ours: boolean }
  /** `waiting`: how many requests it owed an answer. */
  | { kind: "connectionAborted"; mount: string; fsType: string; connection: number; waiting: number }
  | { kind: "rescued"; mount: string; files: number; bytes: number; elsewhere: number; folder: string | null }
  /** `again`: as many were left before. */
  | { kind: "rescueLeft"; mount: string; left: Left; example: string | null; again?: boolean }
  | { kind: "released"; mount: string }
  /** Its bare directory was to be removed; `why` it is still there, null when it is gone. */
  | { kind: "purged"; mount: string; why: string | null }
  /** `again`: what it found has been told already. */
  | { kind: "probed"; mount: string; ok: boolean; durationMs: number; problem: string | null; again?: boolean }
  | { kind: "probeStuck"; mount: string; forMs: number }
  | { kind: "probeAnswered"; mount: string; afterMs: number }
  | { kind: "volumeNew"; mount: string; uuid: string }
  | { kind: "volumeChanged"; mount: string; from: string; to: string }
  | { kind: "configReloaded"; path: string; mounts: number }
  /** These are as they were until the pod is replaced. */
  | { kind: "newPodNeeded"; keys: string[] }
  | { kind: "configRejected"; path: string; problems: string[] }
  | { kind: "listening"; url: string }
  | { kind: "listenFailed"; host: string; port: number; why: string }
  | { kind: "stopping"; signal: string; policy: "keep" | "release" }
  | { kind: "stopped"; afterMs: number }
  | { kind: "keeperDied"; error: string }
  | { kind: "kubernetesRequest"; verb: string; outcome: string; durationMs: number }
  | { kind: "kubernetesFailing"; part: KubernetesPart; why: string }
  | { kind: "kubernetesBack"; part: KubernetesPart; afterMs: number }
  | { kind: "nodeMarked"; node: string; label: string; reason: string }
  | { kind: "nodeMarksHeld"; holder: string; names: string[] }
  | { kind: "startupTaintRemoved"; taint: string }
  | { kind: "consumerAtRisk"; mount: string; pod: string; risk: "OnBareDirectory" | "CannotFollow"; advice: string }
  | { kind: "directoryRefused"; pod: string; why: string }
  | { kind: "exitDecided"; policy: "keep" | "release"; why: string }
  | { kind: "waitingForConsumers"; pods: string[]; withinMs: number }
  | { kind: "syncFailed"; mount: string; why: string }
  | { kind: "releasedInUse"; mount: string; pods: string[] }
  | { kind: "tracesDropped"; count: number }
  | { kind: "logFileFailed"; path: string; code: string; message: string }
  | { kind: "logLinesDropped"; to: string; count: number };

/** `pass` counts the keeper's passes and stands on every line of one pass; 0 outside of any. */
export type Trace = TraceBody & { at: number; pass: number };
