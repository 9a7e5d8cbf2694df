/** A directory: what is mounted, or what lies under a mount. */
export interface Directory {
  readonly fileSystem: FileSystem;
  readonly inode: bigint;
  /** Where it lies in its file system, as mountinfo's root field names it. */
  readonly path: string;
  removed: boolean;
  mode: number;
  immutable: boolean;
  entries: number;
  /** How many of those somebody has open for writing. */
  busy: number;
  /** The `trusted.mooring` attribute. */
  record: string | null;
  /** The open file description that holds flock(2), with the name of its process. */
  lock: { readonly by: string } | null;
  /** `.mooring/volume.json` */
  marker: { uuid: string; mount: string } | null;
}

export interface FileSystemOptions {
  fsType?: string;
  source: string;
  /** A mount of one of its directories shows that in the source, and not as its root: NFS. */
  namesPath?: boolean;
  /** Its directories take the immutable flag. */
  flags?: boolean;
}

/** How a file system answers: `silent` hangs, anything else is the errno that every use of it gives. */
export type Temper = "fine" | "silent" | "EIO" | "ENOTCONN" | "ESTALE";

/** A file system with its numbers. Inodes of directories that nothing pins are handed out again, the last freed first. */
export class FileSystem {
  readonly fsType: string;
  readonly source: string;
  /** As the mount table gives it. */
  readonly superDevice: string;
  /** As statx(2) gives it: another one on btrfs. */
  readonly device: string;
  readonly namesPath: boolean;
  readonly flags: boolean;
  readonly root: Directory;
  readOnly = false;
  full = false;
  temper: Temper = "fine";
  /** Its FUSE connection was ended: it never answers anything else again. */
  get isAborted(): boolean {
    return this.#isAborted;
  }
  #isAborted = false;
  #directories: Directory[] = [];
  #lastInode = 0n;
  readonly #freeInodes: bigint[] = [];

  constructor(superDevice: string, { fsType = "ext4", source, namesPath = false, flags = true }: FileSystemOptions) {
    this.superDevice = superDevice;
    this.device = fsType === "btrfs" ? `${superDevice}00` : superDevice;
    this.fsType = fsType;
    this.source = source;
    this.namesPath = namesPath;
    this.flags = flags;
    this.root = this.makeDirectory("/");
  }

  makeDirectory(path: string): Directory {
    const inode = this.#freeInodes.pop() ?? ++this.#lastInode;
    const directory: Directory = {
      fileSystem: this,
      inode,
      path,
      removed: false,
      mode: 0o755,
      immutable: false,
      entries: 0,
      busy: 0,
      record: null,
      lock: null,
      marker: null,
    };
    this.#directories.push(directory);
    return directory;
  }

  abort(): void {
    this.#isAborted = true;
  }

  /** How it answers now. */
  get answers(): Temper {
    return this.#isAborted ? "ENOTCONN" : this.temper;
  }

  /** Frees the inodes of removed directories that nothing holds any more. */
  sweep(held: ReadonlySet<Directory>): void {
    const isGone = (directory: Directory): boolean => directory.removed && !held.has(directory);
    for (const { inode } of this.#directories.filter(isGone)) this.#freeInodes.push(inode);
    this.#directories = this.#directories.filter((directory) => !isGone(directory));
  }
}
