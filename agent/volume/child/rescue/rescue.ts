import { nothingApart, type Rescued, type RescueOrder } from "../../../core/rescue.ts";
import { KernelError } from "../../../kernel/error.ts";
import { faultAt } from "../../../kernel/fault.ts";
import { ignoreLeaseSignals } from "../../../kernel/lease.ts";
import { AT_FDCWD, close, NO_LINKS, O_DIRECTORY, O_NOFOLLOW, O_PATH, O_RDONLY, openat2 } from "../../../kernel/open.ts";
import { statx } from "../../../kernel/statx.ts";
import { throughView } from "../../../kernel/view.ts";
import type { VolumeRequest } from "../../request.ts";
import { nodeFolderName } from "../node-folder.ts";
import { Blocked, enter, INSIDE, reopen } from "../safe.ts";
import { asideNamed, findAsides, openAside, putAllBack, removeAside, timeOf } from "./aside.ts";
import { Errand } from "./errand.ts";
import { type Folder, lock } from "./folder.ts";
import { folderOf } from "./home.ts";
import { fail } from "./move.ts";
import { Pace, type PaceOptions, Stopped } from "./pace.ts";
import { Tally } from "./tally.ts";
import { empty, sweep } from "./walk.ts";
import { Workshop } from "./workshop.ts";

export interface RescueOptions extends PaceOptions {
  request: VolumeRequest;
  order: RescueOrder;
  mountSetattr: boolean;
  wallMs(): number;
}

/** What appeared while the folders were unlocked is found the next time round. */
const ROUNDS = 3;

/**
 * Moves the files that lie in the bare directory into the volume that is mounted over it. Nobody loses what he writes
 * there meanwhile: a file is moved only while nobody has it open for writing, and is removed only when its copy is safe
 * and still nobody has. Nothing in the volume is replaced. Null when one of the two directories is another one by now.
 */
export function rescue(options: RescueOptions): Rescued | null {
  ignoreLeaseSignals();
  const { order, mountSetattr } = options;
  const { target } = options.request.mount;
  const cut = target.lastIndexOf("/");
  const parent = openat2(AT_FDCWD, target.slice(0, cut) || "/", O_PATH | O_DIRECTORY, NO_LINKS);
  const volume = openat2(AT_FDCWD, target, O_PATH | O_DIRECTORY, NO_LINKS);
  if (!isDirectory(volume, order.into)) return null;
  return throughView(parent, mountSetattr, (view) => {
    const bare = openat2(view, target.slice(cut + 1), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, INSIDE);
    return isDirectory(bare, order.bare) ? attempt(() => moveAll(options, bare, reopen(volume))) : null;
  });
}

function attempt(work: () => Rescued): Rescued {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Blocked || error instanceof KernelError)) throw error;
    const tally = new Tally();
    tally.leave("failed", "the bare directory", `cannot be emptied: ${error.message}`);
    return tally.result("", false);
  }
}

const isDirectory = (fd: number, { device, inode }: RescueOrder["bare"]): boolean => {
  const found = statx(fd, "");
  return found.device === device && found.inode === inode;
};

function moveAll(options: RescueOptions, bare: number, volume: number): Rescued {
  const { mount, node } = options.request;
  const workshop = new Workshop(openWorkshop(volume, node));
  workshop.clear();
  const left = findAsides(bare);
  const name = left[0] ?? asideNamed(new Date(options.wallMs()));
  const aside = openAside(bare, name);
  const pace = new Pace(options);
  const errand = new Errand({
    workshop,
    aside,
    asideName: name,
    time: timeOf(name),
    minFreeBytes: mount.minFree.bytes,
    pace,
    apart: options.order.apart ?? nothingApart,
  });
  const { tally } = errand;
  let isWhole = true;
  try {
    faultAt("rescue.begun");
    for (const each of left) emptyAside(bare, each, aside, name);
    isWhole = moveInRounds(errand, { ...root, bare, home: volume });
  } catch (error) {
    isWhole = false;
    if (!(error instanceof Stopped)) fail(errand, "the bare directory", error);
  } finally {
    // Some of their copies may be in the folder of this time: the next rescue looks for them there by this name.
    const hasCopies = errand.waiting.giveUp() > 0;
    if (!hasCopies) cleared(() => removeAside(aside, bare, name));
    lock(bare, "bare directory");
  }
  const folder = `.mooring/nodes/${nodeFolderName(node)}/${folderOf(errand)}`;
  return tally.result(folder, !isWhole && !errand.isHopeless);
}

/** Of several, which is not what a rescue leaves, all but one are removed. */
function emptyAside(bare: number, name: string, kept: number, keptName: string): void {
  if (name === keptName) {
    putAllBack(kept, bare);
    return;
  }
  const fd = openAside(bare, name);
  try {
    putAllBack(fd, bare);
    removeAside(fd, bare, name);
  } finally {
    close(fd);
  }
}

/** What cannot be removed now is by the next rescue. */
function cleared(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof KernelError || error instanceof Blocked)) throw error;
  }
}

const root = { parent: null, path: [], isElsewhere: false, aside: null, users: 1 } as const;

/** Where the examination of the volume has its own files, made by it. */
function openWorkshop(volume: number, node: string): number {
  let fd = reopen(volume);
  for (const name of [".mooring", "nodes", nodeFolderName(node)]) {
    const next = enter(fd, name);
    close(fd);
    if (next === null) throw new Blocked(`${name} was taken away`);
    fd = next;
  }
  return fd;
}

/** Again while that brings anything: what came in while a folder was unlocked is found the next time round. */
function moveInRounds(errand: Errand, top: Folder): boolean {
  const { tally, waiting } = errand;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = tally.files;
    tally.startRound();
    const isWhole = empty(errand, top);
    waiting.drain();
    // What is not whole is looked through again soon, and swept then.
    if (!isWhole) return false;
    if (sweep(errand, top.bare) || tally.files === before) return true;
  }
  return true;
}
