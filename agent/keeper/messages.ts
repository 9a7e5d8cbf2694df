import type { Config } from "../core/config/config.ts";
import type { RescueOrder } from "../core/rescue.ts";
import type { MountStatus } from "../core/status.ts";
import type { Trace } from "../core/trace.ts";
import type { VolumeReport } from "../core/volume-report.ts";

/** A volume child that does not answer. `examines`: super device of what it is about to touch, once it has come to that. */
export interface Stuck {
  examines: string | null;
}

/** What the main thread tells the keeper. */
export type Order =
  | { kind: "configure"; config: Config }
  /** A volume child has answered; it waits, with its descriptors open, until the keeper says `heard`. */
  | { kind: "report"; target: string; pid: number; report: VolumeReport }
  /** No answer came in time, or none at all: `stuck` is null when the child ended without one. */
  | { kind: "probeOverdue"; target: string; stuck: Stuck | null }
  /** A child that was overdue says that it is at work. */
  | { kind: "probeAlive"; target: string }
  | { kind: "beat"; number: number }
  /** The agent ends: do what cannot wait for the next one, then say `leaving`. */
  | { kind: "leave" }
  /** Release every mount, then say `released`. */
  | { kind: "release" };

/** What the keeper tells the main thread. */
export type News =
  | { kind: "status"; mounts: KeeperStatus[] }
  | { kind: "traces"; traces: Trace[] }
  | { kind: "heard"; target: string; pid: number }
  /** Something happened at a target whose volume is not verified, it was just put back, or its source is needed anew: probe it soon. */
  | { kind: "probe"; target: string }
  /** Files lie hidden below the mount: move them into the volume. */
  | { kind: "rescue"; target: string; order: RescueOrder }
  | { kind: "beat"; number: number }
  /** Nothing of ours is mounted any more, or `left` still is. */
  | { kind: "released"; left: string[] }
  | { kind: "leaving" }
  /** Only a new container can see the new parent. */
  | { kind: "restartNeeded"; mount: string; why: string };

/** The keeper's share of a mount's status; the rest comes from the probes and from Kubernetes. */
export type KeeperStatus = Omit<MountStatus, "space" | "probe" | "consumers">;
