import type { Condition } from "./condition.ts";
import type { Identity } from "./identity.ts";
import type { Rescued } from "./rescue.ts";

/** The one snapshot that everything outward reads: HTTP, metrics, the status page, the node's label and condition. */
export interface Status {
  version: string;
  instance: string;
  node: string | null;
  pod: string | null;
  /** ISO 8601, wall clock. */
  startedAt: string;
  /** Every mount is attached and verified. */
  ready: boolean;
  kernel: { release: string; fallbacks: string[] };
  config: { path: string | null; loadedAt: string; rejected: string[] };
  mounts: MountStatus[];
}

export interface MountStatus {
  name: string;
  target: string;
  hostPath: string;
  source: string | null;
  condition: Condition;
  /** The right mount is on top at the target: the keeper's truth. */
  attached: boolean;
  /** The volume behind it reads, writes and is the expected one: the volume child's truth. */
  verified: boolean;
  identity: Identity | null;
  /** Per-mount options in force, e.g. `rw`, `nosuid`. */
  options: readonly string[];
  /** Mounts stacked at the target; 1 when all is well. */
  stackDepth: number;
  bareDirectory: BareDirectoryStatus | null;
  /** What the last rescue of hidden files did; null before the first. */
  rescue: Rescued | null;
  space: Space | null;
  /** `namespace/name` of the pods on this node that use it; null while nobody knows. */
  consumers: readonly string[] | null;
  probe: ProbeStatus;
}

export interface BareDirectoryStatus {
  /** Mode 0000 and immutable: nothing can be written below it. */
  locked: boolean;
  /** Whether its file system knows the immutable flag. */
  immutable: boolean;
  /** Entries hidden under the mount. */
  shadowed: number;
}

export interface Space {
  sizeBytes: number;
  availBytes: number;
  files: number;
  filesFree: number;
}

export interface ProbeStatus {
  /** ISO 8601 of the last probe that ended, or null before the first. */
  lastAt: string | null;
  durationMs: number | null;
  /** Failed or unanswered probes in a row. */
  failures: number;
  /** Milliseconds since a child that has not answered was started; null when none is overdue. */
  stuckForMs: number | null;
}
