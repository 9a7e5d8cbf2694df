/**
 * What tells one mounted directory from another. Device and inode decide while something pins them (an anchor or the
 * opened source); a file system that is gone may hand its numbers to the next one, so records hold the rest too.
 */
export interface Identity {
  /** `major:minor` as statx(2) gives it. */
  device: string;
  inode: bigint;
  /** `major:minor` of the super block, as mountinfo gives it: another one on btrfs, where each subvolume has its own. */
  superDevice: string;
  /** File system type, e.g. `ext4` or `fuse.s3fs`. */
  fsType: string;
  /** Mount source, e.g. `/dev/sdb` or `nfs.example:/export`. */
  source: string;
  /** The directory of that file system which is mounted, as mountinfo's root field names it. */
  root: string;
  /** From `.mooring/volume.json`, once the volume child has read it. */
  uuid: string | null;
}

/** Same directory of the same file system. Only meaningful while both are held open. */
export const sameDirectory = (a: Pick<Identity, "device" | "inode">, b: Pick<Identity, "device" | "inode">): boolean =>
  a.inode === b.inode && a.device === b.device;
