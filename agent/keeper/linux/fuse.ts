import { connectionOf, isFuse } from "../../core/fuse.ts";
import { mountsAt } from "../../core/mountinfo/stack.ts";
import { type Describe, readTable } from "../../kernel/describe.ts";
import { KernelError } from "../../kernel/error.ts";
import { abortConnection, waitingRequests } from "../../kernel/fuse.ts";
import type { Parent } from "../port.ts";
import { openTop } from "./tree.ts";

const EINVAL = 22;

/** While the mount's root is held its file system lives, so that no other one can have been given its number. */
export function abort(parent: Parent, id: bigint, describe: Describe): number {
  return openTop(parent, id, describe, () => {
    const details = describe.all(id);
    if (!details || !isFuse(details.fsType)) throw new KernelError("abort", `mount ${id}`, EINVAL);
    const connection = connectionOf(details.superDevice);
    const waiting = waitingRequests(connection);
    if (waiting > 0) abortConnection(connection);
    return waiting;
  });
}

/** The innermost mount on the way to `path`, as a lookup meets them. */
export function deviceOver(path: string): string | null {
  const table = readTable();
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    const top = mountsAt(table, at).at(-1);
    if (top) return top.device;
    if (at === "/") return null;
  }
}
