import { must } from "./error.ts";
import { allocate, CString } from "./memory.ts";
import { syscall } from "./syscall.ts";

/** A moment of a file: seconds since the epoch and nanoseconds. */
export interface Moment {
  seconds: bigint;
  nanoseconds: number;
}

/** What statx(2) tells of a file beyond what it is. */
export interface FileFacts {
  device: string;
  inode: bigint;
  /** With the kind. */
  mode: number;
  uid: number;
  gid: number;
  sizeBytes: number;
  /** What it takes up: less than its size when it has holes. */
  usedBytes: number;
  accessed: Moment;
  modified: Moment;
}

const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
const BLOCK = 512;

const block = allocate(256);
const times = allocate(32);
const empty = new CString();

/** statx(2) of an open file, O_PATH ones and symbolic links included. May block on a hung file system. */
export function factsOf(fd: number): FileFacts {
  const { view, address } = block;
  const path = empty.set("statx", "");
  must("statx", `fd ${fd}`, syscall("statx", fd, path, AT_EMPTY_PATH, STATX_BASIC_STATS, address));
  const moment = (offset: number): Moment => ({
    seconds: view.getBigInt64(offset, true),
    nanoseconds: view.getUint32(offset + 8, true),
  });
  return {
    device: `${view.getUint32(136, true)}:${view.getUint32(140, true)}`,
    inode: view.getBigUint64(32, true),
    mode: view.getUint16(28, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    sizeBytes: Number(view.getBigUint64(40, true)),
    usedBytes: Number(view.getBigUint64(48, true)) * BLOCK,
    accessed: moment(64),
    modified: moment(112),
  };
}

/** utimensat(2) of an open file, or, with a name, of what bears it in the directory `fd`, not following a link. */
export function setTimes(fd: number, name: string | null, { accessed, modified }: FileFacts): void {
  for (const [offset, { seconds, nanoseconds }] of [[0, accessed] as const, [16, modified] as const]) {
    times.view.setBigInt64(offset, seconds, true);
    times.view.setBigInt64(offset + 8, BigInt(nanoseconds), true);
  }
  const path = name === null ? 0 : empty.set("utimensat", name);
  const flags = name === null ? 0 : 0x100;
  must("utimensat", name ?? `fd ${fd}`, syscall("utimensat", fd, path, times.address, flags));
}
