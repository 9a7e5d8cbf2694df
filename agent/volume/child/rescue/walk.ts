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

type Sweeping = Pick<Errand, "asideName" | "points" | "tally">;

/** Removes the directories below that are empty now, the deepest first. Returns whether nothing but what is ours is left. */
export function sweep(errand: Sweeping, fd: number, path: readonly string[] = []): boolean {
  let isEmpty = true;
  for (const names of namesIn(fd, path.join("/") || "bare directory"))
    for (const name of names) {
      const isOurs = path.length === 0 && name === errand.asideName;
      if (!isOurs && !isSwept(errand, fd, [...path, name])) isEmpty = false;
    }
  return isEmpty;
}

function isSwept(errand: Sweeping, above: number, path: readonly string[]): boolean {
  const name = path.at(-1) ?? "";
  try {
    if (path.length > DEEPEST || !isDirectory(statx(above, name).mode)) return false;
    const fd = enter(above, name);
    if (fd === null) return true;
    try {
      return sweep(errand, fd, path) && mayGo(errand, path.join("/")) && isRemoved(above, name, fd);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof KernelError || error instanceof Blocked) return false;
    throw error;
  }
}

function mayGo({ points, tally }: Sweeping, path: string): boolean {
  if (!points.has(path)) return true;
  tally.leaveApart(path);
  return false;
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
