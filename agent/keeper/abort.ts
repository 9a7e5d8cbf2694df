import type { Action } from "../core/action.ts";
import { connectionOf } from "../core/fuse.ts";
import { KernelError } from "../kernel/error.ts";
import type { Scene } from "./act.ts";

const EAGAIN = 11;

/** Ends the FUSE connection of the mount on top: what waits for it, a volume child in D included, is let go of. */
export function abortConnection(scene: Scene, { top }: Extract<Action, { kind: "abort" }>): null {
  const { kernel, berth, parent, tell } = scene;
  const { details } = berth.seen ?? {};
  const waiting = kernel.abort(parent, top);
  if (waiting === 0 || !details) throw new KernelError("abort", berth.mount.target, EAGAIN);
  berth.memory.probe.aborted = true;
  const { fsType, superDevice } = details;
  tell({ kind: "connectionAborted", mount: berth.mount.name, fsType, connection: connectionOf(superDevice), waiting });
  return null;
}
