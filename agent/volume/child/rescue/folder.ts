import { setImmutable } from "../../../kernel/inode.ts";
import { close } from "../../../kernel/open.ts";

/** A shadowed directory on its way into the volume. It is open as long as somebody uses it. */
export interface Folder {
  readonly parent: Folder | null;
  /** Names from the bare directory down to it; none for itself. */
  readonly path: readonly string[];
  /** In the bare directory, through the view. */
  readonly bare: number;
  /** The directory of the volume that its files go to. */
  readonly home: number;
  /** Which is not at the same path, as something else is there. */
  readonly isElsewhere: boolean;
  /** Where its files lie while they are copied; made for the first. */
  aside: number | null;
  users: number;
}

/** Below the bare directory. Each level takes descriptors and stack, and who may write there may nest as deep as he likes. */
export const DEEPEST = 100;

export const pathIn = ({ path }: Folder, name: string): string => [...path, name].join("/");

export function use(folder: Folder): Folder {
  folder.users += 1;
  return folder;
}

export function release(folder: Folder): void {
  folder.users -= 1;
  if (folder.users > 0) return;
  close(folder.bare);
  close(folder.home);
  if (folder.aside !== null) close(folder.aside);
  if (folder.parent) release(folder.parent);
}

/** Nobody adds to it any more: the flag is only ever set on directories, on a file it would break who writes there. */
export const lock = (fd: number, path: string): void => void setImmutable(fd, path, true);

/** Takes the flag away for what needs to be done in the directory, and sets it again. */
export function unlocked<T>(fd: number, path: string, work: () => T): T {
  setImmutable(fd, path, false);
  try {
    return work();
  } finally {
    setImmutable(fd, path, true);
  }
}
