import { listDirectory } from "../../kernel/directory.ts";
import { isErrno } from "../../kernel/error.ts";
import { fsync, link, rename, unlink, writeStart } from "../../kernel/file.ts";
import { chmod } from "../../kernel/inode.ts";
import { close } from "../../kernel/open.ts";
import { Blocked, makeFile } from "./safe.ts";

interface Publication {
  /** Where it is written, under a name that nobody else uses. */
  workshop: number;
  directory: number;
  name: string;
  mode: number;
  content: string;
  /** Whether it takes the place of what bears the name; else that stays, and whoever published it was faster. */
  replace: boolean;
}

/** Writes a file beside its place and moves it there: whoever reads it sees all of it or nothing, whatever happens. */
export function publish({ workshop, directory, name, mode, content, replace }: Publication): void {
  const temporary = `${name}.${seconds()}.${crypto.randomUUID()}`;
  const fd = makeFile(workshop, temporary, mode);
  if (fd === null) throw new Blocked(`${temporary} cannot be made`);
  try {
    writeStart(fd, temporary, new TextEncoder().encode(content));
    chmod(fd, temporary, mode);
    fsync(fd, temporary);
    if (replace) rename(workshop, temporary, directory, name, true);
    else moveOnce(workshop, temporary, directory, name);
  } finally {
    close(fd);
    unlink(workshop, temporary);
  }
  fsync(directory, name);
}

/**
 * Never replaces, as far as the file system can: RENAME_NOREPLACE, which leaves no second name behind whoever is killed
 * when, or link(2) (NFS has no other). Where it has neither, as over an object store, the last one wins.
 */
function moveOnce(workshop: number, temporary: string, directory: number, name: string): void {
  const ways = [
    () => rename(workshop, temporary, directory, name, false),
    () => link(workshop, temporary, directory, name),
  ];
  for (const way of ways) {
    try {
      way();
      return;
    } catch (error) {
      if (isErrno(error, "EEXIST")) return;
      if (!isErrno(error, "EINVAL", "ENOSYS", "EOPNOTSUPP", "EPERM", "EMLINK")) throw error;
    }
  }
  rename(workshop, temporary, directory, name, true);
}

const seconds = (): number => Math.floor(Date.now() / 1000);

const TEMPORARY = /^(?:\.ready|volume\.json)\.(\d{1,12})\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** No publication takes an hour: whoever began it was killed. */
const ABANDONED_S = 3600;
const NAMES_READ = 1000;

/** Removes from the workshop what publications left that were killed in the middle. */
export function tidy(workshop: number): void {
  for (const name of listDirectory(workshop, ".", NAMES_READ)) {
    const [, begun] = TEMPORARY.exec(name) ?? [];
    if (begun !== undefined && seconds() - Number(begun) > ABANDONED_S) unlink(workshop, name);
  }
}
