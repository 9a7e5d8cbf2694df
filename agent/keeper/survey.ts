import type { Config, Mount } from "../core/config/config.ts";
import type { Orphan, Site } from "../core/doctor/site.ts";
import type { MountEntry } from "../core/mountinfo/parse.ts";
import { mountsAt } from "../core/mountinfo/stack.ts";
import { readTable } from "../kernel/describe.ts";
import { KernelError } from "../kernel/error.ts";
import { getXattr } from "../kernel/inode.ts";
import { cloneTree } from "../kernel/mount.ts";
import {
  AT_FDCWD,
  close,
  NO_LINKS,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_XDEV,
} from "../kernel/open.ts";
import { explain } from "./explain.ts";
import { inspectBare, RECORD } from "./linux/bare.ts";
import { parseRecord } from "./record.ts";

/** Looks at every target of the configuration, and beside it, without changing anything and without touching a volume. */
export function survey({ mounts }: Config): { sites: Site[]; orphans: Orphan[] } {
  const table = readTable();
  const sites = mounts.map((mount) => siteOf(mount, table));
  const configured = new Set(mounts.map(({ target }) => target));
  const parents = new Set(mounts.map(({ target }) => parentOf(target)));
  const beside = new Set(
    table.map(({ mountPoint }) => mountPoint).filter((at) => parents.has(parentOf(at)) && !configured.has(at)),
  );
  return { sites, orphans: [...beside].flatMap(orphanAt) };
}

const parentOf = (target: string): string => target.slice(0, target.lastIndexOf("/")) || "/";
const nameOf = (target: string): string => target.slice(target.lastIndexOf("/") + 1);

function siteOf(mount: Mount, table: readonly MountEntry[]): Site {
  const path = parentOf(mount.target);
  const stack = mountsAt(table, mount.target);
  const site: Site = { mount, parent: null, stack, bare: null, unseen: null };
  try {
    close(openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS));
    site.parent = holderOf(table, path);
    site.bare = withBare(mount.target, (fd) => {
      const { sealed, entries } = inspectBare({ fd, path: mount.target });
      return { sealed, entries, record: recordAt(fd, mount.target) };
    });
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    if (error.code !== "ENOENT") site.unseen = explain(error);
  }
  return site;
}

const recordAt = (fd: number, path: string) => parseRecord(getXattr(fd, path, RECORD));

/** The mount that a path lies on: the top one at its longest ancestor that is a mount point. */
function holderOf(table: readonly MountEntry[], path: string): MountEntry | null {
  for (let at = path; ; at = parentOf(at)) {
    const top = mountsAt(table, at).at(-1);
    if (top) return top;
    if (at === "/") return null;
  }
}

function orphanAt(target: string): Orphan[] {
  try {
    const record = withBare(target, (fd) => recordAt(fd, target));
    return record === null ? [] : [{ target, instance: record.instance }];
  } catch (error) {
    if (error instanceof KernelError) return [];
    throw error;
  }
}

/** Opens the directory under whatever is mounted at the target, through a private clone of its parent. */
function withBare<T>(target: string, use: (fd: number) => T): T {
  const parent = openat2(AT_FDCWD, parentOf(target), O_PATH | O_DIRECTORY, NO_LINKS);
  try {
    const view = cloneTree(parent, "");
    try {
      const fd = openat2(
        view,
        nameOf(target),
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
        NO_LINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV,
      );
      try {
        return use(fd);
      } finally {
        close(fd);
      }
    } finally {
      close(view);
    }
  } finally {
    close(parent);
  }
}
