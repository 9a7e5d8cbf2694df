import type { MountOption } from "./config/config.ts";

/** What can be done about one mount. Data only: whoever executes it checks its precondition again just before. */
export type Action =
  /** Make the bare directory if missing, take its lock, record and seal it. */
  | { kind: "secure"; mount: string }
  /** Put the verified source on the bare directory. */
  | { kind: "attach"; mount: string }
  /** Put the anchor back on the bare directory. */
  | { kind: "heal"; mount: string }
  /** Put the right mount beneath the wrong one on top, then detach that. */
  | { kind: "replace"; mount: string; top: bigint }
  /** The right mount is already below: detach the wrong one on top. */
  | { kind: "uncover"; mount: string; top: bigint }
  /** The right mount is on top, and right below it as well: detach what is on top until one is left of those. */
  | { kind: "unstack"; mount: string; top: bigint }
  /** The right mount is on top: keep a clone of it for the next loss. */
  | { kind: "anchor"; mount: string; top: bigint }
  /** Put the per-mount options of the mount on top right. */
  | { kind: "restoreOptions"; mount: string; top: bigint; set: MountOption[]; clear: MountOption[] }
  /** The volume behind the mount on top hangs: end its FUSE connection, as the policy says. */
  | { kind: "abort"; mount: string; top: bigint }
  /** Detach our mount on purpose. */
  | { kind: "detach"; mount: string; top: bigint };

export type ActionKind = Action["kind"];
