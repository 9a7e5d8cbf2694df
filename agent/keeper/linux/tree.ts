import type { MountOption } from "../../core/config/config.ts";
import type { Capabilities } from "../../kernel/capabilities.ts";
import type { Describe } from "../../kernel/describe.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
import { cloneTree, detach, MS_PRIVATE, remountBind, setAttributes } from "../../kernel/mount.ts";
import { close, NO_LINKS, O_DIRECTORY, O_NOFOLLOW, O_PATH, openat2 } from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import type { Parent, Tree } from "../port.ts";

/**
 * A detached clone of the directory `fd` with these options added, cut off from the source's peer group: in it, what
 * somebody mounts over the target would appear over the source as well.
 */
export function cloneSource(fd: number, options: readonly MountOption[]): Tree {
  const tree = cloneTree(fd, "");
  try {
    setAttributes(tree, { set: options, propagation: MS_PRIVATE });
    return tree;
  } catch (error) {
    close(tree);
    throw error;
  }
}

/** Opens the root of the top mount and makes sure that it is the mount `id`: ESTALE when it is another one. */
export function openTop<T>(parent: Parent, id: bigint, { ids }: Describe, use: (fd: number) => T): T {
  const fd = openat2(parent.fd, parent.name, O_PATH | O_DIRECTORY | O_NOFOLLOW, NO_LINKS);
  try {
    if (statx(fd, "", ids).mountId !== id) throw new KernelError("openat2", targetOf(parent), 116);
    return use(fd);
  } finally {
    close(fd);
  }
}

const targetOf = ({ path, name }: Parent): string => `${path === "/" ? "" : path}/${name}`;

/** Detaches exactly the mount `id`; EBUSY when something is mounted inside it, which would silently go along. */
export function detachTop(parent: Parent, id: bigint, describe: Describe): void {
  openTop(parent, id, describe, (fd) => {
    if (describe.hasMountsInside(id)) throw new KernelError("umount2", targetOf(parent), 16);
    detach(fd, targetOf(parent));
  });
}

export function changeOptions(
  parent: Parent,
  id: bigint,
  change: { set: readonly MountOption[]; clear: readonly MountOption[] },
  describe: Describe,
  { mountSetattr }: Capabilities,
): void {
  openTop(parent, id, describe, (fd) => {
    if (mountSetattr) return setAttributes(fd, change);
    const now = describe.numbers(id)?.options ?? [];
    const kept = now.filter((option) => !change.clear.includes(option));
    const options = [...new Set([...kept, ...change.set])];
    remountBind(`/proc/self/fd/${fd}`, options, change.clear.includes("noatime"));
  });
}

/** Ids of the mounts at the target, top first: each one's parent, down to the mount that holds the parent directory. */
export function stackAt(parent: Parent, describe: Describe): bigint[] {
  const floor = statx(parent.fd, "", describe.ids).mountId;
  const stack: bigint[] = [];
  try {
    let id = statx(parent.fd, parent.name, describe.ids).mountId;
    while (id !== floor && stack.length < STACK_LIMIT) {
      stack.push(id);
      const above = describe.numbers(id);
      if (!above) break;
      id = above.parentId;
    }
    return stack;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

const STACK_LIMIT = 1024;
