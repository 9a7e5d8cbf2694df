import type { Directory } from "../../core/config/config.ts";
import { chmod, chown } from "../../kernel/inode.ts";
import { close } from "../../kernel/open.ts";
import { ownerOf } from "../../kernel/statx.ts";
import { enterOrMake, reopen } from "./safe.ts";

const DEFAULT_MODE = 0o755;
const PERMISSIONS = 0o7777;

/** Makes one application's directory, each component opened without following links, and puts owner and mode right. */
export function makeDirectory(root: number, directory: Directory): void {
  makeEach(root, directory, () => true);
}

/**
 * Makes a directory that a pod asks for. Whoever asked first owns it: anybody may write the annotation, so one that is there
 * keeps its owner and mode.
 */
export function makeRequestedDirectory(root: number, directory: Directory): void {
  makeEach(root, directory, (made) => made);
}

function makeEach(root: number, directory: Directory, isOurs: (made: boolean) => boolean): void {
  let fd = reopen(root);
  let isNew = false;
  try {
    for (const component of directory.path.split("/")) {
      const next = enterOrMake(fd, component, DEFAULT_MODE);
      close(fd);
      fd = next.fd;
      isNew = next.made;
    }
    if (isOurs(isNew)) setOwnerAndMode(fd, directory);
  } finally {
    close(fd);
  }
}

function setOwnerAndMode(fd: number, { path, uid, gid, mode }: Directory): void {
  const now = ownerOf(fd);
  if ((uid !== null && uid !== now.uid) || (gid !== null && gid !== now.gid)) chown(fd, path, uid ?? -1, gid ?? -1);
  setMode(fd, path, mode);
}

/** Permission bits of the directory `fd`; null leaves them as they are. */
export function setMode(fd: number, path: string, mode: number | null): void {
  if (mode !== null && (ownerOf(fd).mode & PERMISSIONS) !== mode) chmod(fd, path, mode);
}
