import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { close, NO_LINKS, O_RDONLY, O_WRONLY, openat2, RESOLVE_BENEATH } from "./open.ts";
import { readUpTo } from "./read.ts";
import { syscall } from "./syscall.ts";

const FSOPEN_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;
const MOUNT_ATTR_NOSUID_NODEV_NOEXEC = 0xe;

const fsType = new CString();
const one = allocate(8);

/**
 * How many requests of that connection wait for an answer. Never blocks, whatever the connection does. ENOENT when there
 * is none of that number, ENODEV where the kernel has no fusectl.
 */
export const waitingRequests = (connection: number): number =>
  withControl(connection, "waiting", O_RDONLY, (fd, path) =>
    Number.parseInt(new TextDecoder().decode(readUpTo(fd, path, 32)), 10),
  );

/**
 * Ends a connection: every request that waits fails with ECONNABORTED, all that come after with ENOTCONN, on every mount
 * of it. Never blocks (fuse_abort_conn). Errors as `waitingRequests`.
 */
export const abortConnection = (connection: number): void =>
  withControl(connection, "abort", O_WRONLY, (fd, path) => {
    one.bytes[0] = "1".charCodeAt(0);
    must("write", path, syscall("write", fd, one.address, 1));
  });

function withControl<T>(connection: number, name: string, access: number, use: (fd: number, path: string) => T): T {
  const path = `${connection}/${name}`;
  const control = mountControl();
  try {
    const fd = openat2(control, path, access, NO_LINKS | RESOLVE_BENEATH);
    try {
      return use(fd, path);
    } finally {
      close(fd);
    }
  } finally {
    close(control);
  }
}

/** fusectl as a detached mount, which nobody else can see: a container's own /sys has none. Linux 5.2. */
function mountControl(): number {
  const context = must("fsopen", "fusectl", syscall("fsopen", fsType.set("fsopen", "fusectl"), FSOPEN_CLOEXEC));
  try {
    must("fsconfig", "fusectl", syscall("fsconfig", context, FSCONFIG_CMD_CREATE));
    return must("fsmount", "fusectl", syscall("fsmount", context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID_NODEV_NOEXEC));
  } finally {
    close(context);
  }
}
