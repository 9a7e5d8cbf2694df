import { connectionOf, isFuse } from "../../core/fuse.ts";
import type { Describe } from "../../kernel/describe.ts";
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
