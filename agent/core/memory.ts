import type { ActionKind } from "./action.ts";
import type { Condition } from "./condition.ts";
import type { Identity } from "./identity.ts";
import type { BareRecord, TopMount } from "./observed.ts";
import type { Rescued } from "./rescue.ts";
import type { VolumeReport } from "./volume-report.ts";

/** What the keeper remembers of one mount between passes. Plain data: the descriptors themselves are elsewhere. */
export interface Memory {
  /** The directory that belongs on the target. Something held open (the source or an anchor) pins its numbers. */
  expected: Identity | null;
  /** A verified source is held open and waits to be attached. */
  sourceHeld: boolean;
  /** A detached clone of the right mount is held. */
  anchored: boolean;
  /** The right mount when it was last seen on top. */
  attachedMount: Pick<TopMount, "id" | "device" | "inode"> | null;
  /** What the bare directory's record said when the lock was taken. */
  record: BareRecord | null;
  probe: ProbeMemory;
  /** Actions that failed, until they succeed or are not wanted any more. */
  failures: Partial<Record<ActionKind, Failure>>;
  /** When the right mount was first missed on top; null while it is there. `overdue` once that has been told. */
  lostAt: { monotonicMs: number; bootMs: number; overdue: boolean } | null;
  rescue: RescueMemory;
  /** This mount is being given up on purpose. */
  releasing: boolean;
  /** Nothing of ours is left of what was given up. */
  released: boolean;
  /** The agent ends; nobody may be there to abort later. */
  leaving: boolean;
  condition: Condition | null;
}

export interface Failure {
  message: string;
  attempts: number;
  /** Monotonic milliseconds. */
  retryAt: number;
}

export interface RescueMemory {
  /** It was asked for, and is not over yet: the bare directory is unlocked now and then. */
  asked: boolean;
  /** In a row that moved nothing. */
  attempts: number;
  /** Monotonic milliseconds. */
  retryAt: number;
  /** What the last one did; null before the first, and when it could do nothing at all. */
  last: Rescued | null;
}

export interface ProbeMemory {
  report: VolumeReport | null;
  /** Failed or unanswered probes in a row. */
  failures: number;
  /** The last probe gave no answer, or has not given it in time. */
  silent: boolean;
  /** Super device of what the silent probe examines; null while nobody knows. */
  silentOn: string | null;
  /** The connection of what is silent was aborted: once is enough, the probe will tell. */
  aborted: boolean;
  /** The volume was found usable in this life of the agent and nothing has contradicted that since. */
  verified: boolean;
}

export const blankMemory = (): Memory => ({
  expected: null,
  sourceHeld: false,
  anchored: false,
  attachedMount: null,
  record: null,
  probe: { report: null, failures: 0, silent: false, silentOn: null, aborted: false, verified: false },
  failures: {},
  lostAt: null,
  rescue: { asked: false, attempts: 0, retryAt: 0, last: null },
  releasing: false,
  released: false,
  leaving: false,
  condition: null,
});
