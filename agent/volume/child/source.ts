import type { Identity } from "../../core/identity.ts";
import type { Problem } from "../../core/volume-report.ts";
import type { Describe } from "../../kernel/describe.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
import { AT_FDCWD, close, NO_LINKS, O_DIRECTORY, O_PATH, openat2 } from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import { problemOf } from "./problem.ts";

export type Resolved =
  | { ok: true; fd: number; identity: Identity; readOnly: boolean }
  | { ok: false; problem: Problem };

/** Opens a directory by its path without following any link, and says what file system it is. May hang. */
export function resolve(path: string, describe: Describe): Resolved {
  try {
    const fd = openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS);
    const { device, inode, mountId } = statx(fd, "", describe.ids);
    const details = describe.all(mountId);
    if (!details) throw new KernelError("statmount", path, 2);
    const root = joinRoot(details.root, pathInMount(path, describe));
    const { superDevice, fsType, source } = details;
    const readOnly = details.options.includes("ro");
    return { ok: true, fd, identity: { device, inode, superDevice, fsType, source, root, uuid: null }, readOnly };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { ok: false, problem: sourceProblem(path, error) };
  }
}

/** Whether the directory lies on another mount than `/`: an empty directory where a claim should be does not. */
export function liesOnItsOwnMount(fd: number): boolean {
  const root = openat2(AT_FDCWD, "/", O_PATH | O_DIRECTORY, NO_LINKS);
  const same = statx(root, "").mountId === statx(fd, "").mountId;
  close(root);
  return !same;
}

function sourceProblem(path: string, error: KernelError): Problem {
  if (error.code === "ENOENT")
    return { reason: "SourceMissing", message: `${path} does not exist; mount the claim there or correct source` };
  if (error.code === "ELOOP")
    return { reason: "SourceUnusable", message: `${path} leads over a symbolic link; write the real path` };
  if (error.code === "ENOTDIR") return { reason: "SourceUnusable", message: `${path} is not a directory` };
  return problemOf(error);
}

/** The part of `path` below the root of the mount it lies on. */
function pathInMount(path: string, describe: Describe): string {
  let above = path;
  while (above !== "" && !isMountRoot(above, describe)) above = above.slice(0, above.lastIndexOf("/"));
  return path.slice(above.length);
}

function isMountRoot(path: string, { ids }: Describe): boolean {
  try {
    return statx(AT_FDCWD, path, ids).mountRoot;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

const joinRoot = (root: string, below: string): string => (root === "/" ? below || "/" : root + below);
