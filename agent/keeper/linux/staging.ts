import { type MountOption, mountOptions } from "../../core/config/config.ts";
import type { Describe } from "../../kernel/describe.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
import {
  cloneTree,
  detach,
  MS_PRIVATE,
  mountNew,
  moveMount,
  openTree,
  remountBind,
  setPropagation,
} from "../../kernel/mount.ts";
import {
  AT_FDCWD,
  close,
  mkdirat,
  NO_LINKS,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  openat2,
  removeDirectory,
} from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import type { Tree } from "../port.ts";

/** Where a directory of our own can be made, in a container with a read-only root too. */
const PLACES = ["/dev/shm", "/run", "/tmp"];
const NAME = "mooring-staging";

/**
 * Before Linux 5.12 options can only be set on an attached mount. So the clone is attached out of sight first, on a
 * private tmpfs, gets its options there, and can be moved to the target: never visible without them. `clearStaging`
 * ends it.
 */
export function stageSource(source: number, options: readonly MountOption[], describe: Describe): Tree {
  clearStaging();
  const staging = mountStaging();
  try {
    mkdirat(staging, "tree", 0o700);
    const clone = cloneTree(source, "");
    moveMount(clone, staging, "tree");
    close(clone);
    const path = `/proc/self/fd/${staging}/tree`;
    setPropagation(path, MS_PRIVATE);
    const details = describe.numbers(statx(staging, "tree", describe.ids).mountId);
    const inherited = mountOptions.filter((option) => details?.options.includes(option));
    remountBind(path, [...inherited, ...options]);
    return openTree(staging, "tree");
  } finally {
    close(staging);
  }
}

function mountStaging(): number {
  for (const place of PLACES.map((directory) => `${directory}/${NAME}`)) {
    try {
      mkdirat(AT_FDCWD, place, 0o700);
      mountNew("tmpfs", place, "size=64k,mode=0700");
      setPropagation(place, MS_PRIVATE);
      return openat2(AT_FDCWD, place, O_PATH | O_DIRECTORY, NO_LINKS);
    } catch (error) {
      if (!isErrno(error, "ENOENT", "EROFS", "EACCES", "EPERM")) throw error;
    }
  }
  throw new KernelError("mkdirat", `${NAME} in ${PLACES.join(", ")}`, 30);
}

/** Takes the staging tmpfs away, with whatever was never moved out of it. */
export function clearStaging(): void {
  for (const place of PLACES.map((directory) => `${directory}/${NAME}`)) {
    try {
      const fd = openat2(AT_FDCWD, place, O_PATH | O_DIRECTORY | O_NOFOLLOW, NO_LINKS);
      if (statx(fd, "").mountRoot) detach(fd, place);
      close(fd);
      removeDirectory(AT_FDCWD, place);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  }
}
