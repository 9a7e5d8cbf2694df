import { copyAttributes } from "../../../kernel/attributes.ts";
import { namesIn } from "../../../kernel/directory.ts";
import { isErrno, KernelError } from "../../../kernel/error.ts";
import { type FileFacts, setTimes } from "../../../kernel/facts.ts";
import { link, rename, unlink } from "../../../kernel/file.ts";
import { chmod, chown } from "../../../kernel/inode.ts";
import { close, mkdirat, removeDirectory } from "../../../kernel/open.ts";
import { statx } from "../../../kernel/statx.ts";
import { chownLink, makeLink } from "../../../kernel/symlink.ts";
import { Blocked, enter, makeFile } from "../safe.ts";

const NAME = /^rescue-[0-9a-f-]{36}$/;
const PERMISSIONS = 0o7777;
/** What renameat2(2) and linkat(2) say on a file system that cannot do it. */
const UNABLE = ["EINVAL", "ENOSYS", "EOPNOTSUPP", "EPERM", "EMLINK"];
const EAGAIN = 11;

/**
 * This node's folder in the volume, where things are made ready under names that nobody else uses, before they are moved
 * to where applications see them.
 */
export class Workshop {
  readonly fd: number;
  /** Not everything could be given owner, mode and attributes of what it is a copy of. */
  hasChanged = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Removes what an earlier rescue left unfinished. */
  clear(): void {
    for (const names of namesIn(this.fd, "workshop"))
      for (const name of names.filter((each) => NAME.test(each))) this.discard(name);
  }

  discard(name: string): void {
    try {
      unlink(this.fd, name);
    } catch (error) {
      if (!isErrno(error, "EISDIR", "EPERM")) throw error;
      removeDirectory(this.fd, name);
    }
  }

  makeFile(): { name: string; fd: number } {
    const name = freshName();
    const fd = makeFile(this.fd, name, 0o600);
    if (fd === null) throw new Blocked(`${name} cannot be made`);
    return { name, fd };
  }

  makeLink(target: string, facts: FileFacts): string {
    const name = freshName();
    makeLink(this.fd, name, target);
    this.#asFarAsPossible(() => chownLink(this.fd, name, facts.uid, facts.gid));
    this.#asFarAsPossible(() => setTimes(this.fd, name, facts));
    return name;
  }

  /** A directory with owner, mode and attributes of `like`. */
  makeFolder(like: number, facts: FileFacts): { name: string; fd: number } {
    const name = freshName();
    mkdirat(this.fd, name, 0o700);
    const fd = enter(this.fd, name);
    if (fd === null) throw new Blocked(`${name} was taken away at once`);
    try {
      this.dress(like, fd, facts);
    } catch (error) {
      close(fd);
      throw error;
    }
    return { name, fd };
  }

  /** Gives `to` what is known of `from`: the owner first, as changing it takes away set-user-ID bits and capabilities. */
  dress(from: number, to: number, facts: FileFacts): void {
    this.#asFarAsPossible(() => chown(to, "copy", facts.uid, facts.gid));
    if (!copyAttributes(from, to, "copy")) this.hasChanged = true;
    this.#asFarAsPossible(() => chmod(to, "copy", facts.mode & PERMISSIONS));
  }

  /** Moves what was made here to a name in the volume, never onto another file. False when the name is taken. */
  moveTo(name: string, dirfd: number, place: string): boolean {
    const { inode } = statx(this.fd, name);
    const renamed = tried(() => rename(this.fd, name, dirfd, place, false));
    const placed = renamed === "unable" ? tried(() => link(this.fd, name, dirfd, place)) : renamed;
    if (placed === "taken") return false;
    if (placed === "unable")
      throw new Blocked("the volume's file system can neither rename nor link without replacing what is there");
    if (renamed === "unable") unlink(this.fd, name);
    if (statx(dirfd, place).inode !== inode) throw new KernelError("renameat2", place, EAGAIN);
    return true;
  }

  /** The same for a directory, which cannot be linked: false also when the file system cannot rename without replacing. */
  moveFolderTo(name: string, dirfd: number, place: string): boolean {
    const { inode } = statx(this.fd, name);
    if (tried(() => rename(this.fd, name, dirfd, place, false)) !== "done") return false;
    if (statx(dirfd, place).inode !== inode) throw new KernelError("renameat2", place, EAGAIN);
    return true;
  }

  #asFarAsPossible(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isErrno(error, "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP")) throw error;
      this.hasChanged = true;
    }
  }
}

function tried(work: () => void): "done" | "taken" | "unable" {
  try {
    work();
    return "done";
  } catch (error) {
    if (isErrno(error, "EEXIST")) return "taken";
    if (isErrno(error, ...UNABLE)) return "unable";
    throw error;
  }
}

const freshName = (): string => `rescue-${crypto.randomUUID()}`;
