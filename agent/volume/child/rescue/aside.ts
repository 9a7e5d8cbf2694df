import { namesIn } from "../../../kernel/directory.ts";
import { isErrno, KernelError } from "../../../kernel/error.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { rename } from "../../../kernel/file.ts";
import { tryLock } from "../../../kernel/inode.ts";
import { close, removeDirectory } from "../../../kernel/open.ts";
import { isDirectory, statx } from "../../../kernel/statx.ts";
import { Blocked, enter, enterOrMake } from "../safe.ts";
import { DEEPEST, type Folder, unlocked } from "./folder.ts";

/**
 * Files lie here, at the same path as in the bare directory, from when they are taken out of it until their copy is safe.
 * The name tells when the rescue began: what it could not put into its place it, or the one that ends its work, puts into
 * the folder of that time.
 */
const NAME = /^\.mooring-aside-(\d{8}T\d{6}Z)$/;
const MODE = 0o700;

/** What other rescues left, whatever ended them. */
export function findAsides(bare: number): string[] {
  const found: string[] = [];
  for (const names of namesIn(bare, "bare directory"))
    found.push(...names.filter((name) => NAME.test(name) && isDirectory(statx(bare, name).mode)));
  return found;
}

export const timeOf = (name: string): string => NAME.exec(name)?.[1] ?? "";

export const asideNamed = (at: Date): string =>
  `.mooring-aside-${at.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}`;

/** Makes it, or opens the one that is there, and keeps others out. */
export function openAside(bare: number, name: string): number {
  const { fd } = unlocked(bare, "bare directory", () => enterOrMake(bare, name, MODE));
  if (tryLock(fd, name)) return fd;
  close(fd);
  throw new Blocked("another rescue is at work");
}

/** The place of a folder's files in it. */
export function asideOf(root: number, folder: Folder): number {
  const { parent, path } = folder;
  if (parent === null) return root;
  folder.aside ??= enterOrMake(asideOf(root, parent), path.at(-1) ?? "", MODE).fd;
  return folder.aside;
}

/** Puts everything back where a rescue that ended early took it from. What cannot be stays. */
export function putAllBack(aside: number, bare: number, depth = 0): void {
  for (const names of namesIn(aside, "aside"))
    unlocked(bare, "bare directory", () => {
      for (const name of names) if (!isDirectory(statx(aside, name).mode)) putOneBack(aside, bare, name);
    });
  for (const names of namesIn(aside, "aside")) for (const name of names) putFolderBack(aside, bare, name, depth);
}

function putFolderBack(aside: number, bare: number, name: string, depth: number): void {
  if (depth >= DEEPEST) return;
  try {
    const from = enter(aside, name);
    if (from === null) return;
    try {
      const to = unlocked(bare, name, () => enterOrMake(bare, name, MODE).fd);
      try {
        putAllBack(from, to, depth + 1);
      } finally {
        close(to);
      }
    } finally {
      close(from);
    }
    removeDirectory(aside, name);
  } catch (error) {
    if (!(error instanceof KernelError || error instanceof Blocked)) throw error;
  }
}

const NAME_MAX = 255;
const TRIES = 10;

/** Moves a file back under its name, or under a similar one when that is taken by now. */
export function putOneBack(aside: number, bare: number, name: string): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      rename(aside, name, bare, attempt === 0 ? name : `${cut(name, NAME_MAX - 12)}.mooring-${attempt}`, false);
      faultAt("rescue.back");
      return;
    } catch (error) {
      if (!isErrno(error, "EEXIST") || attempt === TRIES) throw error;
    }
  }
}

/** At most that many bytes of a name, not within a character. */
const cut = (name: string, bytes: number): string => {
  const characters = Array.from(name);
  while (Buffer.byteLength(characters.join("")) > bytes) characters.pop();
  return characters.join("");
};

/** Removes it, with the empty folders in it. False when something is in it. */
export function removeAside(aside: number, bare: number, name: string): boolean {
  if (!isCleared(aside)) return false;
  try {
    unlocked(bare, "bare directory", () => removeDirectory(bare, name));
    return true;
  } catch (error) {
    if (isErrno(error, "ENOTEMPTY")) return false;
    throw error;
  }
}

function isCleared(fd: number, depth = 0): boolean {
  let isEmpty = true;
  for (const names of namesIn(fd, "aside")) for (const name of names) if (!isRemoved(fd, name, depth)) isEmpty = false;
  return isEmpty;
}

function isRemoved(fd: number, name: string, depth: number): boolean {
  if (depth >= DEEPEST || !isDirectory(statx(fd, name).mode)) return false;
  const inner = enter(fd, name);
  if (inner === null) return true;
  try {
    if (!isCleared(inner, depth + 1)) return false;
  } finally {
    close(inner);
  }
  removeDirectory(fd, name);
  return true;
}
