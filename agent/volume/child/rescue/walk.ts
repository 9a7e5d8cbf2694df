import { namesIn } from "../../../kernel/directory.ts";
import { isErrno, KernelError } from "../../../kernel/error.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { setImmutable } from "../../../kernel/inode.ts";
import { close, removeDirectory } from "../../../kernel/open.ts";
import { isDirectory, statx } from "../../../kernel/statx.ts";
import { Blocked, enter } from "../safe.ts";
import type { Errand } from "./errand.ts";
import { DEEPEST, type Folder, lock, pathIn, release, unlocked, use } from "./folder.ts";
import { homeOf } from "./home.ts";
import { fail, moveSome } from "./move.ts";

/** Moved aside at once, while their folder is unlocked. */
const GROUP = 64;

/** Moves what lies in a folder and below it. False when the time was up before that. */
export function empty(errand: Errand, folder: Folder): boolean {
  lock(folder.bare, pathIn(folder, ""));
  faultAt("rescue.locked");
  for (const names of namesIn(folder.bare, pathIn(folder, ""))) {
    const own = folder.parent === null ? names.filter((name) => name !== errand.asideName) : names;
    const directories: string[] = [];
    for (let at = 0; at < own.length; at += GROUP) {
      if (errand.isOver) return false;
      directories.push(...moveSome(errand, folder, own.slice(at, at + GROUP)));
    }
    for (const name of directories) if (!enterAndEmpty(errand, folder, name)) return false;
  }
  return true;
}

function enterAndEmpty(errand: Errand, parent: Folder, name: string): boolean {
  if (errand.isOver) return false;
  const path = pathIn(parent, name);
  let inner: Folder | null;
  try {
    if (parent.path.length >= DEEPEST) throw new Blocked(`nested deeper than ${DEEPEST} directories`);
    inner = openFolder(errand, parent, name);
  } catch (error) {
    fail(errand, path, error);
    return true;
  }
  if (inner === null) return true;
  errand.pace.tick();
  try {
    return empty(errand, inner);
  } finally {
    release(inner);
  }
}

function openFolder(errand: Errand, parent: Folder, name: string): Folder | null {
  const bare = enter(parent.bare, name);
  if (bare === null) return null;
  try {
    const home = homeOf(errand, parent, name, bare);
    return { parent: use(parent), path: [...parent.path, name], bare, ...home, aside: null, users: 1 };
  } catch (error) {
    close(bare);
    throw error;
  }
}

/** Removes the directories below that are empty now, the deepest first, except one. Returns whether nothing else is there. */
export function sweep(fd: number, path: string, except?: string, depth = 0): boolean {
  let isEmpty = true;
  for (const names of namesIn(fd, path))
    for (const name of names) if (name !== except && !isSwept(fd, name, depth)) isEmpty = false;
  return isEmpty;
}

function isSwept(above: number, name: string, depth: number): boolean {
  try {
    if (depth >= DEEPEST || !isDirectory(statx(above, name).mode)) return false;
    const fd = enter(above, name);
    if (fd === null) return true;
    try {
      return sweep(fd, name, undefined, depth + 1) && isRemoved(above, name, fd);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof KernelError || error instanceof Blocked) return false;
    throw error;
  }
}

/** An immutable directory cannot be removed, so that somebody may be faster with something new in it. */
function isRemoved(above: number, name: string, fd: number): boolean {
  setImmutable(fd, name, false);
  try {
    unlocked(above, name, () => removeDirectory(above, name));
    faultAt("rescue.swept");
    return true;
  } catch (error) {
    setImmutable(fd, name, true);
    if (isErrno(error, "ENOTEMPTY", "EBUSY", "ENOENT")) return false;
    throw error;
  }
}
