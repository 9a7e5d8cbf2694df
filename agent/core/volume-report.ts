import type { Reason } from "./condition.ts";
import type { Identity } from "./identity.ts";
import type { Rescued } from "./rescue.ts";
import type { Space } from "./status.ts";

/** A reason and a sentence for people. */
export interface Problem {
  reason: Reason;
  message: string;
}

/** What the volume child found: the only answer it ever gives. */
export interface VolumeReport {
  /** The configured source, resolved without following links; null for a watched target. */
  source: SourceFound | { ok: false; problem: Problem } | null;
  /** What was examined, and as which directory. Null when there was nothing to examine. */
  volume: VolumeFindings | null;
  /** What a rescue did, where one was asked for; null when it found other directories than those it was sent to. */
  rescued?: Rescued | null;
}

export interface SourceFound {
  ok: true;
  identity: Identity;
  /** The child's descriptor of it, there to be taken while the child waits. */
  fd: number;
  /** The source's own mount is read-only, so a bind of it is too. */
  readOnly: boolean;
}

export interface VolumeFindings {
  through: "source" | "target";
  identity: Identity;
  /** Why the volume cannot be used, or null when it reads, writes and is the expected one. */
  problem: Problem | null;
  /** What is amiss although it is usable, e.g. that a write found no room. */
  remark: Problem | null;
  space: Space | null;
  /** The volume got its UUID just now. */
  isNew: boolean;
}
