const MINOR_BITS = 20;

/** Whether fusectl lists file systems of this type, as mountinfo names it. virtiofs has no control files. */
export const isFuse = (fsType: string): boolean => /^fuse(blk)?(\.|$)/.test(fsType);

/**
 * The number under which fusectl lists the connection of a file system with this device, `major:minor` as mountinfo has
 * it: the kernel's own dev_t in decimal (fuse_ctl_add_conn in fs/fuse/control.c). Only fuseblk has a major number.
 */
export function connectionOf(superDevice: string): number {
  const [major = 0, minor = 0] = superDevice.split(":").map(Number);
  return major * 2 ** MINOR_BITS + minor;
}
