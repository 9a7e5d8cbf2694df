import { isErrno } from "../../kernel/error.ts";
import { setImmutable } from "../../kernel/inode.ts";
import { close, removeDirectory } from "../../kernel/open.ts";
import type { Kernel } from "../port.ts";

/**
 * Removes the bare directory of a released target when it is empty. False when something is in it: it is locked again.
 * EBUSY while something is mounted on it.
 */
export function purgeBareDirectory(kernel: Kernel, target: string): boolean {
  const parent = kernel.openParent(target);
  const bare = kernel.openBare(parent);
  try {
    setImmutable(bare.fd, target, false);
    removeDirectory(parent.fd, parent.name);
    return true;
  } catch (error) {
    setImmutable(bare.fd, target, true);
    if (isErrno(error, "ENOTEMPTY")) return false;
    throw error;
  } finally {
    close(bare.fd);
    close(parent.fd);
  }
}
