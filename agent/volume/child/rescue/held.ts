import { isErrno } from "../../../kernel/error.ts";
import { type FileFacts, factsOf } from "../../../kernel/facts.ts";
import { takeReadLease } from "../../../kernel/lease.ts";
import { AT_FDCWD, close, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, openat2 } from "../../../kernel/open.ts";
import { isDirectory, isRegular, isSymlink } from "../../../kernel/statx.ts";
import { INSIDE } from "../safe.ts";
import { type Folder, use } from "./folder.ts";

/** A shadowed file, or symbolic link, that is being moved. */
export interface Held {
  folder: Folder;
  name: string;
  /** Open to be read, with a lease: nobody writes it. Null for a link. */
  fd: number | null;
  facts: FileFacts;
  /** When it became unreachable under its name, in monotonic milliseconds. */
  asideAt: number;
}

export type Found =
  | { kind: "gone" }
  | { kind: "directory" }
  | { kind: "special" }
  | { kind: "busy" }
  | { kind: "held"; held: Held };

/** Looks at what bears a name, without opening what is no file, and takes the lease of what is one. */
export function hold(folder: Folder, name: string): Found {
  const found = open(folder.bare, name);
  if (found === null) return { kind: "gone" };
  try {
    const facts = factsOf(found);
    if (isDirectory(facts.mode)) return { kind: "directory" };
    if (isSymlink(facts.mode))
      return { kind: "held", held: { folder: use(folder), name, fd: null, facts, asideAt: 0 } };
    return isRegular(facts.mode) ? holdFile(folder, name, found) : { kind: "special" };
  } finally {
    close(found);
  }
}

function open(dirfd: number, name: string): number | null {
  try {
    return openat2(dirfd, name, O_PATH | O_NOFOLLOW, INSIDE);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw error;
  }
}

function holdFile(folder: Folder, name: string, found: number): Found {
  let fd: number;
  try {
    fd = openat2(AT_FDCWD, `/proc/self/fd/${found}`, O_RDONLY | O_NONBLOCK, 0);
  } catch (error) {
    // Leased to somebody who writes it.
    if (isErrno(error, "EAGAIN")) return { kind: "busy" };
    throw error;
  }
  try {
    if (takeReadLease(fd, name))
      return { kind: "held", held: { folder: use(folder), name, fd, facts: factsOf(fd), asideAt: 0 } };
  } catch (error) {
    close(fd);
    throw error;
  }
  close(fd);
  return { kind: "busy" };
}
