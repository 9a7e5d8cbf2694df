import { KernelError } from "../../../kernel/error.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { fsync, unlink } from "../../../kernel/file.ts";
import { holdsReadLease, isUnwritten } from "../../../kernel/lease.ts";
import { descriptorLimit } from "../../../kernel/limits.ts";
import { close } from "../../../kernel/open.ts";
import { asideOf, putOneBack } from "./aside.ts";
import type { Errand } from "./errand.ts";
import { pathIn, release, unlocked } from "./folder.ts";
import type { Held } from "./held.ts";

/**
 * How long a file is held aside before it is unlinked. Who looked up its name just before it went, and was not scheduled
 * since, has yet to open it: the lease must still be there then.
 */
const SETTLE_MS = 1000;
const MOST = 4096;
/** Of descriptors: each file's own, and three of its folder's. */
const EACH = 4;
const RESERVE = 500;

/** A file whose copy is in the volume. */
export interface Landed extends Held {
  /** In the directory of its folder, which has not been synced since. */
  isHome: boolean;
}

/** What is held aside: first still without a copy, then, oldest first, until its copy is safe and it has been held long enough. */
export class Waiting {
  readonly #errand: Errand;
  readonly #capacity = Math.max(1, Math.min(MOST, Math.floor((descriptorLimit() - RESERVE) / EACH)));
  #files: Landed[] = [];
  /** Still to be copied. */
  readonly uncopied = new Set<Held>();

  constructor(errand: Errand) {
    this.#errand = errand;
  }

  /** Takes one in; waits while there are too many. */
  add(file: Landed): void {
    this.#files.push(file);
    this.finish();
    while (this.#files.length >= this.#capacity) this.#sleep();
  }

  /** Waits for all. */
  drain(): void {
    while (this.#files.length > 0) this.#sleep();
  }

  /** Gives back what somebody wants to write. */
  look(): void {
    const wanted = new Set([...this.uncopied, ...this.#files].filter(isWanted));
    if (wanted.size === 0) return;
    this.#files = this.#files.filter((file) => !wanted.has(file));
    for (const file of wanted) {
      this.uncopied.delete(file);
      giveBackAsBusy(this.#errand, file);
    }
  }

  /** Everything back to where it was; the copies stay, and are recognised the next time. Returns how many they were. */
  giveUp(): number {
    const files = this.#files.splice(0);
    for (const file of files) putBack(this.#errand, file);
    return files.length;
  }

  /** Takes away the files that have been held for long enough. */
  finish(): void {
    const now = this.#errand.pace.now();
    const young = this.#files.findIndex(({ asideAt }) => asideAt + SETTLE_MS > now);
    const due = this.#files.splice(0, young < 0 ? this.#files.length : young);
    if (due.length === 0) return;
    const homes = new Set(due.filter(({ isHome }) => isHome).map(({ folder }) => folder.home));
    try {
      for (const home of homes) fsync(home, "directory");
    } catch (error) {
      for (const file of due) putBack(this.#errand, file);
      throw error;
    }
    faultAt("rescue.settled");
    for (const file of due) takeAway(this.#errand, file);
  }

  #sleep(): void {
    const [oldest] = this.#files;
    if (!oldest) return;
    const { pace } = this.#errand;
    pace.tick(Math.max(1, oldest.asideAt + SETTLE_MS - pace.now()));
    this.finish();
  }
}

const isWanted = ({ fd }: Held): boolean => fd !== null && !holdsReadLease(fd);

function takeAway(errand: Errand, file: Landed): void {
  const { folder, name, facts, isHome } = file;
  if (file.fd !== null && !isUnwritten(file.fd, name)) {
    giveBackAsBusy(errand, file);
    return;
  }
  try {
    unlink(asideOf(errand.aside, folder), name);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    errand.tally.leave("failed", pathIn(folder, name), `cannot be removed: ${error.message}`);
    putBack(errand, file);
    return;
  }
  faultAt("rescue.removed");
  errand.tally.move(facts.sizeBytes);
  if (!isHome || folder.isElsewhere) errand.tally.elsewhere += 1;
  letGo(file);
}

export function giveBackAsBusy(errand: Errand, held: Held): void {
  errand.tally.leave("busy", pathIn(held.folder, held.name), "is being written");
  putBack(errand, held);
}

/** Under its name again, and free to be written. Where that fails it stays aside, and the next rescue does it. */
export function putBack(errand: Errand, held: Held): void {
  const { folder, name } = held;
  try {
    const aside = asideOf(errand.aside, folder);
    unlocked(folder.bare, pathIn(folder, ""), () => putOneBack(aside, folder.bare, name));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  } finally {
    letGo(held);
  }
}

export function letGo({ fd, folder }: Held): void {
  if (fd !== null) close(fd);
  release(folder);
}
