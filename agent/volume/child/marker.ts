import { createHash } from "node:crypto";
import { isErrno, KernelError } from "../../kernel/error.ts";
import { fsync, readStart, writeStart } from "../../kernel/file.ts";
import { ignoreLeaseSignals, takeWriteLease } from "../../kernel/lease.ts";
import { close, O_RDONLY, O_RDWR } from "../../kernel/open.ts";
import { publish } from "./publish.ts";
import { Blocked, makeFile, openFile } from "./safe.ts";

const PROBE = "probe";
const RANDOM_SIZE = 32;
const PROBE_SIZE = 64;
const TRIES = 5;
const EIO = 5;

/**
 * Writes 64 bytes in place, fsyncs them and reads them back. The file never grows, so this works on a full volume once
 * the file is there.
 */
export function writeAndReadBack(nodeFolder: number): void {
  const fd =
    openFile(nodeFolder, PROBE, O_RDWR) ?? makeFile(nodeFolder, PROBE, 0o600) ?? openFile(nodeFolder, PROBE, O_RDWR);
  if (fd === null) throw new Blocked(`${PROBE} cannot be made`);
  try {
    if (readStart(fd, PROBE).length > PROBE_SIZE) throw new Blocked(`${PROBE} is longer than what Mooring writes`);
    for (let attempt = 1; !isReadBack(fd); attempt += 1) {
      if (attempt < TRIES) continue;
      if (!isAlone(fd)) throw new Blocked(`${PROBE} is open in another process, which writes to it`);
      if (!isReadBack(fd)) throw new KernelError("read back", PROBE, EIO);
      break;
    }
  } finally {
    close(fd);
  }
}

/**
 * Half of the bytes are random, the other half their digest: what is read back may be the probe of another agent, as two
 * have this folder during a rollout. It may not be rubbish, nor what was there before.
 */
function isReadBack(fd: number): boolean {
  const before = readStart(fd, PROBE);
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_SIZE));
  writeStart(fd, PROBE, Buffer.concat([random, digestOf(random)]));
  fsync(fd, PROBE);
  const found = readStart(fd, PROBE);
  const isProbe = digestOf(found.subarray(0, RANDOM_SIZE)).equals(found.subarray(RANDOM_SIZE));
  return isProbe && Buffer.compare(found, before) !== 0;
}

/**
 * Whose bytes were they, the storage's or an application's? Under a write lease, which ends with the descriptor, nobody else
 * has the file open. Where there are no leases (EINVAL, as on FUSE) it counts as the storage's fault.
 */
function isAlone(fd: number): boolean {
  ignoreLeaseSignals();
  try {
    return takeWriteLease(fd, PROBE);
  } catch (error) {
    if (error instanceof KernelError) return true;
    throw error;
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

const READY = ".ready";

/** `.ready` says "this is the volume". Written once; whatever else bears the name is replaced, unless a directory. */
export function markReady(root: number, nodeFolder: number, uuid: string): void {
  if (readyUuid(root) === uuid) return;
  try {
    publish({ workshop: nodeFolder, directory: root, name: READY, mode: 0o444, content: `${uuid}\n`, replace: true });
  } catch (error) {
    if (isErrno(error, "EISDIR")) throw new Blocked(`${READY} is a directory`);
    throw error;
  }
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
