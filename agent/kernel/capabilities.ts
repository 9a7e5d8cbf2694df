import { KernelError } from "./error.ts";
import { AT_FDCWD } from "./open.ts";
import { tellsSource } from "./statmount.ts";
import { statx } from "./statx.ts";
import { syscall } from "./syscall.ts";

/** What this kernel offers beyond the floor of Linux 5.10; each has a fallback. */
export interface Capabilities {
  /** mount_setattr(2), 5.12: options set on a mount before anybody can see it. */
  mountSetattr: boolean;
  /** MOVE_MOUNT_BENEATH, 6.5: a wrong mount replaced without a gap. */
  beneath: boolean;
  /** statmount(2), 6.8: one mount described without reading the whole table. */
  statmount: boolean;
  /** statmount(2) with the names of file system and source, 6.13. */
  statmountNames: boolean;
}

const AT_EMPTY_PATH = 0x1000;
const MOVE_MOUNT_EMPTY_BOTH = 0x44;
const MOVE_MOUNT_BENEATH = 0x200;
const ENOSYS = -38;
const EINVAL = -22;

/** Asks the kernel itself, with calls that must fail, because distributions backport: only how they fail matters. */
export function detectCapabilities(): Capabilities {
  return {
    mountSetattr: syscall("mount_setattr", -1, 0, AT_EMPTY_PATH, 0, 0) !== ENOSYS,
    beneath: syscall("move_mount", -1, 0, -1, 0, MOVE_MOUNT_EMPTY_BOTH | MOVE_MOUNT_BENEATH) !== EINVAL,
    statmount: syscall("statmount", 0, 0, 0, 0) !== ENOSYS,
    statmountNames: knowsNames(),
  };
}

/** One of them has a source: it may be empty, and is then left out as by a kernel that does not know it. */
function knowsNames(): boolean {
  return ["/", "/proc"].some((path) => {
    try {
      return tellsSource(statx(AT_FDCWD, path).mountId);
    } catch (error) {
      if (error instanceof KernelError) return false;
      throw error;
    }
  });
}

const fallbackFor: Record<keyof Capabilities, string> = {
  mountSetattr: "no mount_setattr (Linux 5.12): options are set on a private staging mount",
  beneath: "no MOVE_MOUNT_BENEATH (Linux 6.5): replacing a wrong mount leaves a short gap",
  statmount: "no statmount (Linux 6.8): the mount table is read instead",
  statmountNames: "statmount tells no names (Linux 6.13): the mount table is read for them",
};

/** One sentence per capability that is missing. */
export const describeFallbacks = (capabilities: Capabilities): string[] =>
  (Object.keys(fallbackFor) as (keyof Capabilities)[])
    .filter((name) => !capabilities[name])
    .map((name) => fallbackFor[name]);
