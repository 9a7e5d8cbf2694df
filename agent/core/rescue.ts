import type { Identity } from "./identity.ts";

type Directory = Pick<Identity, "device" | "inode">;

/** What a rescue may touch: it does nothing when it finds other directories in their places. */
export interface RescueOrder {
  /** The volume that is mounted at the target. */
  into: Directory;
  /** The bare directory below it. */
  bare: Directory;
  /** What it leaves alone; nothing, when it is not told. */
  apart?: Apart;
}

/**
 * What pods have mounted by itself, as paths below the target. Who has a file mounted goes on writing into it when its name
 * is gone, and the kernel undoes what is mounted on a name, in every other mount namespace, when that is removed.
 */
export interface Apart {
  /** What mounts show: of these, whatever is no directory. */
  roots: readonly string[];
  /** On what something is mounted. */
  points: readonly string[];
}

export const nothingApart: Apart = { roots: [], points: [] };

/** What became of the shadowed files. */
export interface Rescued {
  /** Moved into the volume. */
  files: number;
  bytes: number;
  /** Of those, the ones whose name was taken, which are in `folder` of the volume now. */
  elsewhere: number;
  folder: string | null;
  /** Of all that were moved, those that the volume's file system gave no owner, mode or attributes like theirs. */
  changed: number;
  left: Left;
  /** One of those that are left, and why. */
  example: string | null;
  /** Its time was up: there is more to do at once. */
  more: boolean;
}

/** Shadowed files that stay where they are. */
export interface Left {
  /** Open for writing. */
  busy: number;
  /** Larger than what the volume has left. */
  noRoom: number;
  /** Neither file, directory nor symbolic link. */
  special: number;
  failed: number;
}

export const nothingLeft: Left = { busy: 0, noRoom: 0, special: 0, failed: 0 };

const words: Record<keyof Left, string> = {
  busy: "being written",
  noRoom: "too large for what the volume has left",
  special: "neither file nor link",
  failed: "not to be moved",
};

/** `2 being written, 1 too large for …`; empty when nothing was left. */
export const sayLeft = (left: Left): string =>
  (Object.keys(words) as (keyof Left)[])
    .filter((kind) => left[kind] > 0)
    .map((kind) => `${left[kind]} ${words[kind]}`)
    .join(", ");
