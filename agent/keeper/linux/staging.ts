import { type MountOption, mountOptions } from "../../core/config/config.ts";
import type { Describe } from "../../kernel/describe.ts";
import { cloneTree, detach, MS_PRIVATE, mountNew, moveMount, remountBind, setPropagation } from "../../kernel/mount.ts";
import { AT_FDCWD, close, mkdirat, O_DIRECTORY, O_PATH, openat2 } from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import type { Tree } from "../port.ts";

/**
 * Is there in every container, whatever is read-only, belongs to this process alone, and takes what is mounted on it
 * along when the process ends, however that comes (proc_flush_pid and d_invalidate, since Linux 3.18).
 */
const PLACE = "/proc/self/fdinfo";

/**
 * Before Linux 5.12 options can only be set on an attached mount. So the clone is attached out of sight first, on a
 * private tmpfs, gets its options there, and is cloned again: what comes out never was visible without them. The tmpfs
 * is gone when this returns.
 */
export function stageSource(source: number, options: readonly MountOption[], describe: Describe): Tree {
  const staging = mountStaging();
  try {
    mkdirat(staging, "tree", 0o700);
    const clone = cloneTree(source, "");
    try {
      moveMount(clone, staging, "tree");
    } finally {
      close(clone);
    }
    const path = `/proc/self/fd/${staging}/tree`;
    setPropagation(path, MS_PRIVATE);
    const details = describe.numbers(statx(staging, "tree", describe.ids).mountId);
    const inherited = mountOptions.filter((option) => details?.options.includes(option));
    remountBind(path, [...inherited, ...options]);
    return cloneTree(staging, "tree");
  } finally {
    detach(staging, PLACE);
    close(staging);
  }
}

function mountStaging(): number {
  mountNew("tmpfs", PLACE, "size=64k,mode=0700");
  const staging = openat2(AT_FDCWD, PLACE, O_PATH | O_DIRECTORY, 0);
  setPropagation(`/proc/self/fd/${staging}`, MS_PRIVATE);
  return staging;
}
