import { KernelError } from "../../kernel/error.ts";
import { fsync, readStart, rename, unlink, writeStart } from "../../kernel/file.ts";
import { chmod } from "../../kernel/inode.ts";
import { close, O_RDONLY, O_RDWR } from "../../kernel/open.ts";
import { Blocked, makeFile, openFile } from "./safe.ts";

const PROBE = "probe";
const PROBE_SIZE = 64;
const EIO = 5;

/**
 * Writes 64 bytes in place, fsyncs them and reads them back. The file never grows, so this works on a full volume once
 * the file is there.
 */
export function writeAndReadBack(nodeFolder: number): void {
  const fd = openFile(nodeFolder, PROBE, O_RDWR) ?? makeFile(nodeFolder, PROBE, 0o600);
  if (fd === null) throw new Blocked(`${PROBE} cannot be made`);
  try {
    const before = readStart(fd, PROBE).length;
    if (before > PROBE_SIZE) throw new Blocked(`${PROBE} is longer than what Mooring writes`);
    const content = crypto.getRandomValues(new Uint8Array(PROBE_SIZE));
    writeStart(fd, PROBE, content);
    fsync(fd, PROBE);
    if (Buffer.compare(readStart(fd, PROBE), content) !== 0) throw new KernelError("read back", PROBE, EIO);
  } finally {
    close(fd);
  }
}

const READY = ".ready";

/** `.ready` says "this is the volume". Written once; whatever else bears the name is replaced, unless a directory. */
export function markReady(root: number, nodeFolder: number, uuid: string): void {
  if (readyUuid(root) === uuid) return;
  unlink(nodeFolder, READY);
  const fd = makeFile(nodeFolder, READY, 0o444);
  if (fd === null) throw new Blocked(`${READY} cannot be made`);
  try {
    writeStart(fd, READY, new TextEncoder().encode(`${uuid}\n`));
    chmod(fd, READY, 0o444);
    fsync(fd, READY);
  } finally {
    close(fd);
  }
  try {
    rename(nodeFolder, READY, root, READY, true);
  } catch (error) {
    if (error instanceof KernelError && error.code === "EISDIR") throw new Blocked(`${READY} is a directory`);
    throw error;
  }
  fsync(root, "/");
}

function readyUuid(root: number): string | null {
  try {
    const fd = openFile(root, READY, O_RDONLY);
    if (fd === null) return null;
    try {
      return new TextDecoder().decode(readStart(fd, READY)).trimEnd();
    } finally {
      close(fd);
    }
  } catch (error) {
    if (error instanceof Blocked) return null;
    throw error;
  }
}
