import { isErrno, KernelError } from "../../../kernel/error.ts";
import { factsOf, setTimes } from "../../../kernel/facts.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { fstatfs, fsync } from "../../../kernel/file.ts";
import { holdsReadLease, isUnwritten } from "../../../kernel/lease.ts";
import { close, O_RDONLY } from "../../../kernel/open.ts";
import { isSymlink, statx } from "../../../kernel/statx.ts";
import { readLink } from "../../../kernel/symlink.ts";
import { Blocked, openFile } from "../safe.ts";
import { asideOf } from "./aside.ts";
import { copyContent, hasSameContent } from "./copy.ts";
import type { Errand } from "./errand.ts";
import type { Held } from "./held.ts";
import { homesFor } from "./home.ts";

/** Somebody waits to write the file. */
export class Wanted extends Error {}
/** The volume has no room for it. */
export class NoRoom extends Error {}

/**
 * Puts a safe copy of a file that lies aside into the volume, under its name or elsewhere, and never onto another file.
 * A copy that is there already, from a rescue that was ended before it could take the file away, is as good.
 */
export function land(errand: Errand, held: Held): { isHome: boolean } {
  unlessWanted(held);
  const { workshop } = errand;
  let copy: string | null = null;
  try {
    for (const { fd, isHome } of homesFor(errand, held.folder, held.name)) {
      const there = whatIsAt(errand, fd, held);
      if (there === "other") continue;
      if (there === "nothing") {
        copy ??= makeCopy(errand, held);
        if (held.fd !== null && !isUnwritten(held.fd, held.name)) throw new Wanted();
        faultAt("rescue.copied");
        if (!workshop.moveTo(copy, fd, held.name)) continue;
        copy = null;
        faultAt("rescue.published");
      }
      if (!isHome) fsync(fd, held.name);
      return { isHome };
    }
  } finally {
    if (copy !== null) workshop.discard(copy);
  }
  throw new Blocked("every name for it is taken");
}

function unlessWanted({ fd }: Held): void {
  if (fd !== null && !holdsReadLease(fd)) throw new Wanted();
}

function makeCopy(errand: Errand, held: Held): string {
  const { workshop, pace } = errand;
  const { folder, name, fd, facts } = held;
  if (fd === null) return workshop.makeLink(readLink(asideOf(errand.aside, folder), name), facts);
  const { availBytes, sizeBytes } = fstatfs(workshop.fd, name);
  if (sizeBytes > 0 && availBytes - facts.usedBytes < errand.minFreeBytes) throw new NoRoom();
  const copy = workshop.makeFile();
  try {
    copyContent(fd, copy.fd, name, facts.sizeBytes, () => {
      pace.tick();
      unlessWanted(held);
    });
    workshop.hasChanged = false;
    workshop.dress(fd, copy.fd, facts);
    if (workshop.hasChanged) errand.tally.changed += 1;
    setTimes(copy.fd, null, facts);
    fsync(copy.fd, name);
    return copy.name;
  } catch (error) {
    workshop.discard(copy.name);
    throw error;
  } finally {
    close(copy.fd);
  }
}

function whatIsAt(errand: Errand, dirfd: number, held: Held): "nothing" | "same" | "other" {
  try {
    const { mode } = statx(dirfd, held.name);
    const isSame =
      held.fd === null ? isSymlink(mode) && isSameLink(errand, dirfd, held) : isSameFile(errand, dirfd, held);
    return isSame ? "same" : "other";
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "nothing";
    if (error instanceof Blocked) return "other";
    throw error;
  }
}

const isSameLink = ({ aside }: Errand, dirfd: number, { folder, name }: Held): boolean =>
  readLink(dirfd, name) === readLink(asideOf(aside, folder), name);

function isSameFile({ pace }: Errand, dirfd: number, held: Held): boolean {
  const { fd, name, facts } = held;
  const other = openFile(dirfd, name, O_RDONLY);
  if (other === null) throw new KernelError("openat2", name, 2);
  try {
    const found = factsOf(other);
    const isLikely =
      found.sizeBytes === facts.sizeBytes &&
      found.modified.seconds === facts.modified.seconds &&
      found.modified.nanoseconds === facts.modified.nanoseconds;
    if (!isLikely || fd === null) return false;
    const tick = (): void => {
      pace.tick();
      unlessWanted(held);
    };
    if (!hasSameContent(fd, other, name, facts.sizeBytes, tick)) return false;
    fsync(other, name);
    return true;
  } finally {
    close(other);
  }
}
