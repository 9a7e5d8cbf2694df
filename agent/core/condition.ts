/** What a mount can be in. Healthy and Degraded serve their consumers; every other state does not. */
export const states = [
  "Healthy",
  "Degraded",
  "Absent",
  "Wrong",
  "ReadOnly",
  "Broken",
  "Hung",
  "Waiting",
  "Unknown",
] as const;
export type State = (typeof states)[number];

/** Why a mount is in its state. CamelCase as Kubernetes wants reasons; part of the public contract. */
export const reasons = [
  // Healthy
  "Verified",
  // Degraded: serves, with something to look at
  "BytesLow",
  "InodesLow",
  "NoSpaceLeft",
  "ShadowedFiles",
  "ProbeSlow",
  "SourceGone",
  "MarkersBlocked",
  "DirectoryBlocked",
  "Stacked",
  // Absent: nothing is mounted at the target
  "NotMounted",
  "SourceUnknown",
  "SourceMissing",
  "SourceNotMounted",
  "SourceUnusable",
  "Released",
  // Wrong: something else is mounted there
  "ForeignMount",
  "StaleMount",
  "VolumeSwapped",
  // ReadOnly
  "MountReadOnly",
  "FileSystemReadOnly",
  // Broken
  "SourceDeleted",
  "Disconnected",
  "StaleHandle",
  "InputOutputError",
  "VolumeUnusable",
  "ParentMissing",
  "ParentReplaced",
  "NotShared",
  "TargetUnusable",
  "AttachFailed",
  // Hung
  "ProbeTimeout",
  // Waiting
  "HeldByAnotherAgent",
  // Unknown
  "NotYetVerified",
  "KeeperDied",
] as const;
export type Reason = (typeof reasons)[number];

/** The truth about one mount at one moment; `message` is one sentence for people and names the way out. */
export interface Condition {
  /** The mount's name. */
  mount: string;
  state: State;
  reason: Reason;
  message: string;
  /** When this state began: milliseconds since the epoch, for people. */
  since: number;
}

/** Whether consumers can use a mount in this state (what /readyz and the node label say). */
export const serves = (state: State): boolean => state === "Healthy" || state === "Degraded";
