import { isErrno, KernelError } from "../../../kernel/error.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { rename } from "../../../kernel/file.ts";
import { statx } from "../../../kernel/statx.ts";
import { isNoRoom } from "../problem.ts";
import { Blocked } from "../safe.ts";
import { asideOf } from "./aside.ts";
import type { Errand } from "./errand.ts";
import { type Folder, pathIn, unlocked } from "./folder.ts";
import { type Held, hold } from "./held.ts";
import { land, NoRoom, Wanted } from "./land.ts";
import { giveBackAsBusy, letGo, putBack } from "./waiting.ts";

const EAGAIN = 11;

/** Moves some entries of a folder into the volume. Returns the names of those that are directories. */
export function moveSome(errand: Errand, folder: Folder, names: readonly string[]): string[] {
  const directories: string[] = [];
  const held = names.flatMap((name): Held[] => {
    const found = look(errand, folder, name);
    if (found === "directory") directories.push(name);
    return typeof found === "object" && found !== null ? [found] : [];
  });
  if (held.length === 0) return directories;
  faultAt("rescue.held");
  const { uncopied } = errand.waiting;
  for (const each of takeAside(errand, folder, held)) uncopied.add(each);
  try {
    faultAt("rescue.aside");
    for (const each of uncopied) {
      uncopied.delete(each);
      carry(errand, each);
    }
  } finally {
    for (const each of uncopied) putBack(errand, each);
    uncopied.clear();
  }
  return directories;
}

function look(errand: Errand, folder: Folder, name: string): "directory" | Held | null {
  const { tally } = errand;
  const path = pathIn(folder, name);
  try {
    const found = hold(folder, name);
    if (found.kind === "directory") return "directory";
    if (found.kind === "held" && !errand.apart.has(path)) return found.held;
    if (found.kind === "held") {
      letGo(found.held);
      tally.leaveApart(path);
    }
    if (found.kind === "busy") tally.leave("busy", path, "is being written");
    if (found.kind === "special") tally.leave("special", path, "is a device, FIFO or socket");
    return null;
  } catch (error) {
    fail(errand, path, error);
    return null;
  }
}

/** One after the other, while the folder is unlocked only once. Returns those that are out of reach now. */
function takeAside(errand: Errand, folder: Folder, held: readonly Held[]): Held[] {
  const path = pathIn(folder, "");
  let aside: number;
  try {
    aside = asideOf(errand.aside, folder);
  } catch (error) {
    for (const each of held) letGo(each);
    fail(errand, path, error);
    return [];
  }
  return unlocked(folder.bare, path, () =>
    held.filter((each) => {
      try {
        rename(folder.bare, each.name, aside, each.name, false);
        each.asideAt = errand.pace.now();
        return true;
      } catch (error) {
        letGo(each);
        fail(errand, pathIn(folder, each.name), error);
        return false;
      }
    }),
  );
}

function carry(errand: Errand, held: Held): void {
  const { folder, name, facts } = held;
  const path = pathIn(folder, name);
  let landed: { isHome: boolean };
  try {
    if (statx(asideOf(errand.aside, folder), name).inode !== facts.inode)
      throw new KernelError("renameat2", name, EAGAIN);
    landed = land(errand, held);
  } catch (error) {
    if (error instanceof Wanted) {
      giveBackAsBusy(errand, held);
      return;
    }
    putBack(errand, held);
    fail(errand, path, error);
    return;
  }
  errand.waiting.add({ ...held, ...landed });
  errand.pace.tick();
}

const HOPELESS = ["EROFS", "ENOTCONN", "ESTALE", "ECONNABORTED", "ECONNRESET", "ESHUTDOWN", "EHOSTDOWN", "ETIMEDOUT"];

/** Counts what can go wrong with one file; anything else ends the rescue. */
export function fail(errand: Errand, path: string, error: unknown): void {
  const { tally } = errand;
  if (isErrno(error, ...HOPELESS)) errand.isHopeless = true;
  const isFull = error instanceof NoRoom || (error instanceof KernelError && isNoRoom(error));
  if (isFull) tally.leave("noRoom", path, "is larger than what the volume has left");
  else if (error instanceof Blocked) tally.leave("failed", path, `cannot be moved: ${error.message}`);
  else if (isErrno(error, "EINVAL") && error.op.startsWith("fcntl"))
    tally.leave("failed", path, "cannot be moved safely: its file system has no leases");
  else if (error instanceof KernelError) tally.leave("failed", path, `cannot be moved: ${error.message}`);
  else throw error;
}
