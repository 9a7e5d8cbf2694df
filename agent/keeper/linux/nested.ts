import { ancestors } from "../../core/config/path.ts";
import type { Capabilities } from "../../kernel/capabilities.ts";
import type { Describe } from "../../kernel/describe.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
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
} from "../../kernel/open.ts";
import { isDirectory, statx } from "../../kernel/statx.ts";
import { throughView } from "../../kernel/view.ts";
import type { RecordAbove } from "../port.ts";
import { readRecord } from "./bare.ts";

/**
 * The first directory on the way to `target`, from the root down, whose bare directory bears a record. Nothing behind it is
 * walked: that may be a volume, and hang.
 */
export function recordAbove(target: string, describe: Describe, capabilities: Capabilities): RecordAbove | null {
  for (const path of ancestors(target).reverse()) {
    const found = recordAt(path, describe, capabilities);
    if (found !== null) return found;
  }
  return null;
}

function recordAt(path: string, { ids }: Describe, { mountSetattr }: Capabilities): RecordAbove | null {
  const cut = path.lastIndexOf("/");
  const name = path.slice(cut + 1);
  let parent: number;
  try {
    parent = openat2(AT_FDCWD, path.slice(0, cut) || "/", O_PATH | O_DIRECTORY, NO_LINKS);
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
  try {
    const { mode, mountRoot, immutable, mountId } = statx(parent, name, ids);
    if (!isDirectory(mode) || !(mountRoot || immutable)) return null;
    const record = throughView(parent, mountSetattr, (view) => recordUnder(view, name));
    return record === null ? null : { path, record, mountId: mountRoot ? mountId : null };
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES")) return null;
    throw error;
  } finally {
    close(parent);
  }
}

function recordUnder(view: number, name: string): string | null {
  const inside = NO_LINKS | RESOLVE_BENEATH | RESOLVE_NO_XDEV;
  const fd = openat2(view, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, inside);
  try {
    return readRecord({ fd, path: name });
  } finally {
    close(fd);
  }
}
