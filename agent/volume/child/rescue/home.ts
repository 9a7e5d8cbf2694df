import { listDirectory } from "../../../kernel/directory.ts";
import { factsOf } from "../../../kernel/facts.ts";
import { fsync } from "../../../kernel/file.ts";
import { close } from "../../../kernel/open.ts";
import { Blocked, enter, enterOrMake, reopen } from "../safe.ts";
import type { Errand } from "./errand.ts";
import type { Folder } from "./folder.ts";

/** Ours in the root of the volume: what applications left under these names is not put there. */
const RESERVED: ReadonlySet<string> = new Set([".mooring", ".ready"]);
const ATTEMPTS = 10;
const MODE = 0o700;

const isReserved = ({ parent }: Folder, name: string): boolean => parent === null && RESERVED.has(name);

type Home = Pick<Folder, "home" | "isElsewhere">;

/** The directory of the volume for a shadowed one: at the same path, or where that is taken by something else, elsewhere. */
export function homeOf(errand: Errand, parent: Folder, name: string, bare: number): Home {
  if (!isReserved(parent, name)) {
    try {
      return { home: enterOrMakeLike(errand, parent.home, name, bare), isElsewhere: parent.isElsewhere };
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
    }
  }
  const above = elsewhere(errand, parent.path, 0);
  try {
    return { home: enterOrMakeLike(errand, above, name, bare), isElsewhere: true };
  } finally {
    close(above);
  }
}

/** Where a file may be put, best first. Each descriptor is closed when the next one is asked for. */
export function* homesFor(errand: Errand, folder: Folder, name: string): Generator<{ fd: number; isHome: boolean }> {
  if (!isReserved(folder, name)) yield { fd: folder.home, isHome: true };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const fd = elsewhere(errand, folder.path, attempt);
    try {
      yield { fd, isHome: false };
    } finally {
      close(fd);
    }
  }
}

export const folderOf = ({ time }: Errand, attempt = 0): string =>
  `rescued/${attempt === 0 ? time : `${time}-${attempt}`}`;

function elsewhere(errand: Errand, path: readonly string[], attempt: number): number {
  let fd = reopen(errand.workshop.fd);
  for (const name of [...folderOf(errand, attempt).split("/"), ...path]) {
    const above = fd;
    try {
      const next = enterOrMake(above, name, MODE);
      fd = next.fd;
      if (next.made) fsync(above, name);
    } finally {
      close(above);
    }
  }
  return fd;
}

/** What has the name, or comes to have it meanwhile, stays. */
const enterOrMakeLike = (errand: Errand, above: number, name: string, like: number): number =>
  enter(above, name) ?? makeAndMove(errand, above, name, like) ?? makeInPlace(errand, above, name, like);

/** It gets its owner and mode before anybody can reach it. Null when it cannot be moved to that name. */
function makeAndMove({ workshop }: Errand, above: number, name: string, like: number): number | null {
  const made = workshop.makeFolder(like, factsOf(like));
  let isThere = false;
  try {
    if (!workshop.moveFolderTo(made.name, above, name)) return null;
    fsync(above, name);
    isThere = true;
    return made.fd;
  } finally {
    if (!isThere) {
      close(made.fd);
      workshop.discard(made.name);
    }
  }
}

/** Only root can reach it until it has its owner and mode. One with something in it is not the one that was made. */
function makeInPlace({ workshop }: Errand, above: number, name: string, like: number): number {
  const { fd, made } = enterOrMake(above, name, MODE);
  try {
    if (made && listDirectory(fd, name, 1).length === 0) {
      workshop.dress(like, fd, factsOf(like));
      fsync(above, name);
    }
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
