import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";

/** What a look at one path found: a volume of Mooring's, or why it is none, as one sentence. */
export type Sighting = { ready: true; uuid: string } | { ready: false; why: string };

// Plain opens and /proc instead of newer calls: an init container may have any seccomp profile and any kernel.
const O_PATH = 0o10000000;
const directory = O_PATH | constants.O_DIRECTORY;
const uuidSyntax = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\n?$/i;

/**
 * Whether the directory lies on a mounted volume that an agent has verified. The proof is `.ready` at the root of the
 * mount that the path is on. That something is mounted proves nothing: in a pod every hostPath volume is a mount, that
 * of a bare directory too. And `.ready` anywhere else proves nothing either: below the parent's mount the bare directory
 * is no mount root, so a file left behind in it is not taken for the volume's. May hang with the volume: call it from a
 * process that may.
 */
export const look = (path: string): Sighting => {
  const open: number[] = [];
  const keep = (fd: number): number => {
    open.push(fd);
    return fd;
  };
  try {
    const start = keep(openSync(path, directory));
    if (isSealed(start)) return no(`it is the locked bare directory: no volume is mounted there${propagation}`);
    const root = rootOfMount(start, keep);
    if (mountIdOf(root) === mountIdOf(keep(openSync("/", directory))))
      return no("it is on the container's own file system: no volume of the pod is mounted there");
    if (isSealed(root)) return no(`it is inside the locked bare directory: no volume is mounted there${propagation}`);
    return readMark(root, keep);
  } catch (error) {
    return no(explain(error));
  } finally {
    for (const fd of open) closeSync(fd);
  }
};

/** Goes up until the next step would leave the mount. `..` of an O_PATH descriptor is looked up without reading anything. */
const rootOfMount = (start: number, keep: (fd: number) => number): number => {
  let here = start;
  for (;;) {
    const above = keep(openSync(`/proc/self/fd/${here}/..`, directory));
    const left = mountIdOf(above) !== mountIdOf(here);
    const [a, b] = [fstatSync(above), fstatSync(here)];
    if (left || (a.ino === b.ino && a.dev === b.dev)) return here;
    here = above;
  }
};

const readMark = (root: number, keep: (fd: number) => number): Sighting => {
  const where = readlinkSync(`/proc/self/fd/${root}`);
  let mark: number;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    mark = keep(openSync(`/proc/self/fd/${root}/.ready`, flags));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return no(`${where}/.ready cannot be read: ${explain(error)}`);
    return no(
      `${where} is mounted and has no .ready: the bare directory, a directory inside the volume, or another volume; see mooring wait --help`,
    );
  }
  if (!fstatSync(mark).isFile() || mountIdOf(mark) !== mountIdOf(root))
    return no(`${where}/.ready is no regular file of the volume`);
  const content = Buffer.alloc(65);
  const text = content.toString("latin1", 0, readSync(mark, content));
  if (!uuidSyntax.test(text)) return no(`${where}/.ready holds no UUID, so it is not Mooring's`);
  if (fstatSync(root).nlink === 0) return no(`${where} is a volume whose source was removed`);
  return { ready: true, uuid: text.trimEnd().toLowerCase() };
};

/** Mode 0000: the agent's lock on the bare directory, and nothing anybody gives a volume. */
const isSealed = (fd: number): boolean => (fstatSync(fd).mode & 0o7777) === 0;

/** proc_pid_fdinfo(5), since Linux 3.15. */
const mountIdOf = (fd: number): string =>
  /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1] ?? "none";

const propagation =
  "; a hostPath volume of the mount point itself that began so with mountPropagation None never sees it";

const no = (why: string): Sighting => ({ ready: false, why });

const explanations: Record<string, string> = {
  ENOENT: "it does not exist",
  ENOTDIR: "it is no directory",
  EACCES: "this user may not look there",
  ELOOP: "it is a symbolic link",
  ENOTCONN: "the server of its file system has gone (ENOTCONN)",
  ESTALE: "its file system has lost it (ESTALE)",
  EIO: "its file system fails (EIO)",
};

const explain = (error: unknown): string => {
  const code = codeOf(error);
  return explanations[code] ?? (error instanceof Error ? error.message : String(error));
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
