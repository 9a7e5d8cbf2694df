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

type Directory = Pick<Identity, "device" | "inode">;

/** Same directory of the same file system. Only meaningful while both are held open. */
export const sameDirectory = (a: Directory, b: Directory): boolean => a.inode === b.inode && a.device === b.device;

/** The very same mount. Before Linux 6.8 the id of one that is gone is given to the next, which its directory tells apart. */
export const sameMount = (a: Directory & { id: bigint }, b: Directory & { id: bigint }): boolean =>
  a.id === b.id && sameDirectory(a, b);
