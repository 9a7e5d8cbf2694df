import { asByteString, textOfBytes, textOfField } from "./bytes.ts";
import { splitOptions } from "./options.ts";

/** One line of /proc/[pid]/mountinfo, see proc_pid_mountinfo(5). Paths are text as `textOfBytes` describes it. */
export interface MountEntry {
  /** Unique among the mounts that exist now; used again after an unmount. */
  id: number;
  /** The mount it hangs on; its own id, or one that is not in the table, at the top of what the process can see. */
  parentId: number;
  /** `major:minor` of the super block; differs from st_dev on btrfs and other file systems with many devices. */
  device: string;
  /** The directory of the file system that is mounted; ends in `//deleted` once it was removed. `net:[…]` on nsfs. */
  root: string;
  /** As seen from the reading process's root. */
  mountPoint: string;
  /** Per mount, e.g. `rw`, `nosuid`. */
  options: readonly string[];
  /** Peer group it sends to and receives from; null when it is not shared. */
  shared: number | null;
  /** Peer group it receives from; null when it is not a slave. */
  master: number | null;
  /** The closest peer group it receives from that the reading process can see, when the master itself is out of sight. */
  propagateFrom: number | null;
  unbindable: boolean;
  /** With its subtype, e.g. `ext4`, `fuse.s3fs`. */
  fsType: string;
  /** `none` or empty where the file system has no device. */
  source: string;
  /** Per super block, e.g. `rw`, `emergency_ro`. */
  superOptions: readonly string[];
}

/** A line that is no mount entry; the rest of the table is not touched by it. */
export interface MountinfoProblem {
  /** Counted from 1. */
  line: number;
  /** The line's first 200 bytes. */
  text: string;
  why: string;
}

/**
 * Every mount in a table, in the order of the table. Give the bytes as they were read: then no path is ever garbled.
 * Never throws; lines that are no mount entries are told to `onProblem` and left out. The kernel ends every line, so a
 * last line without its end was cut off while reading, and is a problem too.
 */
export const parseMountinfo = (
  table: Uint8Array | string,
  onProblem?: (problem: MountinfoProblem) => void,
): MountEntry[] => {
  const lines = asByteString(table).split("\n");
  const cutOff = lines.pop() ?? "";
  const options = remembered(splitOptions);
  const entries: MountEntry[] = [];
  const tell = (line: number, bytes: string, why: string) =>
    onProblem?.({ line, text: textOfBytes(bytes.slice(0, 200)), why });
  lines.forEach((bytes, index) => {
    const entry = parseBytes(bytes, options);
    if (typeof entry === "string") tell(index + 1, bytes, entry);
    else entries.push(entry);
  });
  if (cutOff !== "") tell(lines.length + 1, cutOff, "the last line is cut off");
  return entries;
};

/** One line, without its line end: the mount it describes, or why it describes none. */
export const parseMountinfoLine = (line: Uint8Array | string): MountEntry | string =>
  parseBytes(asByteString(line), splitOptions);

/**
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     │  │  │    │     │     │          │        │ │    │         └ super options, to the end of the line
 *     │  │  │    │     │     │          │        │ │    └ source, may be empty
 *     │  │  │    │     │     │          │        │ └ file system type
 *     id │  │    root  │     options    │        └ ends the tags
 *        │  device     mount point      └ any number of tags; unknown ones are skipped, as proc(5) asks
 *        parent
 */
const parseBytes = (line: string, options: (field: string) => readonly string[]): MountEntry | string => {
  let at = 0;
  const next = (): string => {
    const space = line.indexOf(" ", at);
    const end = space === -1 ? line.length : space;
    const field = line.slice(at, end);
    at = end + 1;
    return field;
  };
  const id = number(next());
  const parentId = number(next());
  const device = next();
  const root = next();
  const mountPoint = next();
  const perMount = next();
  if (id === null || parentId === null) return "it does not begin with two mount ids";
  if (!isDevice(device)) return "the third field is not a device number";
  if (root === "") return "the root is empty";
  if (!mountPoint.startsWith("/")) return "the mount point is not an absolute path";
  if (perMount === "") return "the options are missing";

  let shared: number | null = null;
  let master: number | null = null;
  let propagateFrom: number | null = null;
  let unbindable = false;
  for (let tag = next(); tag !== "-"; tag = next()) {
    if (at > line.length) return "the separator ` - ` is missing";
    if (tag.startsWith("shared:")) shared = number(tag.slice(7));
    else if (tag.startsWith("master:")) master = number(tag.slice(7));
    else if (tag.startsWith("propagate_from:")) propagateFrom = number(tag.slice(15));
    else if (tag === "unbindable") unbindable = true;
  }
  const fsType = next();
  const source = next();
  // Some file systems print spaces in their options as they are (9p on WSL: `path=C:\Program Files\…`).
  const perSuperBlock = line.slice(at);
  if (fsType === "") return "the file system type is missing";
  if (perSuperBlock === "") return "the source or the super options are missing";
  return {
    id,
    parentId,
    device,
    root: textOfField(root),
    mountPoint: textOfField(mountPoint),
    options: options(perMount),
    shared,
    master,
    propagateFrom,
    unbindable,
    fsType: textOfField(fsType),
    source: textOfField(source),
    superOptions: options(perSuperBlock),
  };
};

const isDevice = (field: string): boolean => {
  const colon = field.indexOf(":");
  return colon !== -1 && number(field.slice(0, colon)) !== null && number(field.slice(colon + 1)) !== null;
};

/** By hand: a table holds six numbers a line, and the ids of the kernel have ten digits at most. */
const number = (digits: string): number | null => {
  if (digits.length === 0 || digits.length > 10) return null;
  let value = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
};

/** Nearly all options of a large table are the same few strings. */
const remembered = <T>(compute: (field: string) => T): ((field: string) => T) => {
  const known = new Map<string, T>();
  return (field) => {
    const before = known.get(field);
    if (before !== undefined) return before;
    const value = compute(field);
    known.set(field, value);
    return value;
  };
};
