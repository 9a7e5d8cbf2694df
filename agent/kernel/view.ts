import { cloneTree, MS_PRIVATE, setAttributes } from "./mount.ts";
import { close } from "./open.ts";

/**
 * A look under the mounts of the directory `parent`: a private clone of the mount it lies on, without what is mounted
 * below. Descriptors that `use` opens through it stay usable when the view is closed again; each pins the file system
 * of the parent, though not its mount.
 */
export function throughView<T>(parent: number, mountSetattr: boolean, use: (view: number) => T): T {
  const view = cloneTree(parent, "");
  try {
    if (mountSetattr) setAttributes(view, { propagation: MS_PRIVATE });
    return use(view);
  } finally {
    close(view);
  }
}
