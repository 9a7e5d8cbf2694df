import { sameDirectory } from "../../core/identity.ts";
import type { Top } from "../../core/observed.ts";
import type { Describe } from "../../kernel/describe.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
import { AT_FDCWD, close, mkdirat, NO_LINKS, O_DIRECTORY, O_PATH, openat2 } from "../../kernel/open.ts";
import { isDirectory, isSymlink, type Stat, statx } from "../../kernel/statx.ts";
import type { Directory, Parent, ParentState } from "../port.ts";

const DIRECTORY_MODE = 0o755;
const ESTALE = 116;
const LOOKS = 16;

/** Opens the directory above `target`, following no link; missing ones are made one by one below a shared mount. */
export function openParent(target: string, describe: Describe): Parent {
  const cut = target.lastIndexOf("/");
  const path = target.slice(0, cut) || "/";
  const name = target.slice(cut + 1);
  try {
    return { fd: openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS), path, name };
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    return { fd: makeDirectories(path, describe), path, name };
  }
}

function makeDirectories(path: string, describe: Describe): number {
  let fd = openat2(AT_FDCWD, "/", O_PATH | O_DIRECTORY, NO_LINKS);
  try {
    for (const component of path.split("/").filter((part) => part !== "")) {
      const next = enterOrMake(fd, component, path, describe);
      close(fd);
      fd = next;
    }
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

function enterOrMake(fd: number, component: string, path: string, describe: Describe): number {
  try {
    return openat2(fd, component, O_PATH | O_DIRECTORY, NO_LINKS);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    if (describe.numbers(statx(fd, "", describe.ids).mountId)?.shared !== true)
      throw new KernelError("mkdirat", path, 2);
    mkdirat(fd, component, DIRECTORY_MODE);
    return openat2(fd, component, O_PATH | O_DIRECTORY, NO_LINKS);
  }
}

/** Whether the held directory still is what its path names, and how its mount looks from the host. */
export function inspectParent(parent: Parent, describe: Describe): ParentState {
  const held = statx(parent.fd, "", describe.ids);
  const details = describe.all(held.mountId);
  return {
    replaced: details === null || !isStillAt(parent.path, held, describe),
    root: details?.root ?? null,
    shared: details?.shared ?? false,
  };
}

export const isInPlace = ({ fd, path }: Parent, describe: Describe): boolean =>
  isStillAt(path, statx(fd, "", describe.ids), describe);

function isStillAt(path: string, held: Stat, { ids }: Describe): boolean {
  if (held.nlink === 0) return false;
  try {
    const fd = openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS);
    const now = statx(fd, "", ids);
    close(fd);
    return now.inode === held.inode && now.device === held.device && now.mountId === held.mountId;
  } catch (error) {
    if (error instanceof KernelError) return false;
    throw error;
  }
}

/** Whether nothing is mounted on the target's directory, which is `on` where that is known. A look without the details. */
export function liesBare(parent: Parent, on: Directory | null, { ids }: Describe): boolean {
  try {
    const found = statx(parent.fd, parent.name, ids);
    return isDirectory(found.mode) && !found.mountRoot && (on === null || sameDirectory(found, on));
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

/**
 * What the target's name leads to: the top mount there, and never anything below its root. Between the two questions that it
 * takes, which mount and how it is mounted, the mount may go: then it is looked at again.
 */
export function look(parent: Parent, describe: Describe): Top {
  for (let tries = 0; tries < LOOKS; tries += 1) {
    const top = lookOnce(parent, describe);
    if (top !== null) return top;
  }
  throw new KernelError("statmount", `${parent.path}/${parent.name}`, ESTALE);
}

/** Null when the mount that was found had gone before it could be asked about. */
function lookOnce(parent: Parent, describe: Describe): Top | null {
  let found: Stat;
  try {
    found = statx(parent.fd, parent.name, describe.ids);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return { kind: "missing" };
    throw error;
  }
  if (isSymlink(found.mode)) return { kind: "unusable", what: "a symbolic link" };
  if (!isDirectory(found.mode)) return { kind: "unusable", what: "not a directory" };
  const { device, inode, mountId: id } = found;
  if (!found.mountRoot) return { kind: "bare", device, inode, locked: found.immutable };
  const numbers = describe.numbers(id);
  const root = found.nlink === 0 ? describe.all(id)?.root : "";
  if (numbers === null || root === undefined) return null;
  return { kind: "mount", id, device, inode, deleted: root.endsWith("//deleted"), options: numbers.options };
}
