import { must } from "./error.ts";
import { allocate, readCString } from "./memory.ts";
import { syscall } from "./syscall.ts";

/** What the kernel knows of one mount, by its unique id; strings only where they were asked for. */
export interface StatMount {
  id: bigint;
  parentId: bigint;
  /** The id that mountinfo shows. */
  tableId: number;
  /** MOUNT_ATTR_* bits in force. */
  attributes: number;
  /** Peer group, or 0 when the mount is not shared. */
  peerGroup: number;
}

export interface StatMountStrings extends StatMount {
  /** `major:minor` of the super block. */
  superDevice: string;
  root: string;
  fsType: string;
  source: string;
  superOptions: string;
}

const STATMOUNT_SB_BASIC = 0x1;
const STATMOUNT_MNT_BASIC = 0x2;
const STATMOUNT_MNT_ROOT = 0x8;
const STATMOUNT_FS_TYPE = 0x20;
const STATMOUNT_MNT_OPTS = 0x80;
const STATMOUNT_FS_SUBTYPE = 0x100;
const STATMOUNT_SB_SOURCE = 0x200;
const ALL =
  STATMOUNT_SB_BASIC |
  STATMOUNT_MNT_BASIC |
  STATMOUNT_MNT_ROOT |
  STATMOUNT_FS_TYPE |
  STATMOUNT_MNT_OPTS |
  STATMOUNT_FS_SUBTYPE |
  STATMOUNT_SB_SOURCE;
const STRINGS_AT = 512;
const SB_RDONLY = 1;

const request = allocate(24);
const answer = allocate(64 * 1024);
const ids = allocate(8 * 4096);

function ask(id: bigint, mask: number): void {
  request.view.setUint32(0, 24, true);
  request.view.setBigUint64(8, id, true);
  request.view.setBigUint64(16, BigInt(mask), true);
  must("statmount", `mount ${id}`, syscall("statmount", request.address, answer.address, answer.bytes.length, 0));
}

const basic = (): StatMount => ({
  id: answer.view.getBigUint64(40, true),
  parentId: answer.view.getBigUint64(48, true),
  tableId: answer.view.getUint32(56, true),
  attributes: answer.view.getUint32(64, true),
  peerGroup: answer.view.getUint32(80, true),
});

/** statmount(2), numbers only: a few microseconds whatever the size of the mount table. Linux 6.8; ENOENT when gone. */
export function statmount(id: bigint): StatMount {
  ask(id, STATMOUNT_MNT_BASIC);
  return basic();
}

/** Whether this kernel tells the source of that mount, which it leaves out where it is empty, and before Linux 6.13. */
export function tellsSource(id: bigint): boolean {
  ask(id, ALL);
  return (answer.view.getUint32(8, true) & STATMOUNT_SB_SOURCE) !== 0;
}

/** statmount(2) with strings, all of which Linux 6.13 knows. What is empty the kernel leaves out. */
export function statmountStrings(id: bigint): StatMountStrings {
  ask(id, ALL);
  const mask = answer.view.getUint32(8, true);
  const text = (offset: number): string => readCString(answer.bytes, STRINGS_AT + answer.view.getUint32(offset, true));
  const subtype = mask & STATMOUNT_FS_SUBTYPE ? `.${text(120)}` : "";
  const options = mask & STATMOUNT_MNT_OPTS ? text(4) : "";
  const access = answer.view.getUint32(32, true) & SB_RDONLY ? "ro" : "rw";
  return {
    ...basic(),
    superDevice: `${answer.view.getUint32(16, true)}:${answer.view.getUint32(20, true)}`,
    root: text(104),
    fsType: text(36) + subtype,
    source: mask & STATMOUNT_SB_SOURCE ? text(124) : "",
    superOptions: options === "" ? access : `${access},${options}`,
  };
}

/** listmount(2): whether anything is mounted inside that mount, its own root included. Linux 6.8. */
export function hasMountsInside(id: bigint): boolean {
  request.view.setUint32(0, 24, true);
  request.view.setBigUint64(8, id, true);
  request.view.setBigUint64(16, 0n, true);
  return must("listmount", `mount ${id}`, syscall("listmount", request.address, ids.address, 1, 0)) > 0;
}
