import { isErrno } from "../../kernel/error.ts";
import { fsync, link, readStart, rename, unlink, writeStart } from "../../kernel/file.ts";
import { close, O_RDONLY } from "../../kernel/open.ts";
import type { VolumeRequest } from "../request.ts";
import { Blocked, makeFile, openFile } from "./safe.ts";

/** `.mooring/volume.json`: which volume this is. */
export interface VolumeIdentity {
  uuid: string;
  instance: string;
  mount: string;
}

const NAME = "volume.json";
const LIMIT = 4096;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads it; null when there is none. Blocked when it is not what we write, which says nothing about the volume. */
export function readIdentity(folder: number): VolumeIdentity | null {
  const fd = openFile(folder, NAME, O_RDONLY);
  if (fd === null) return null;
  try {
    const content = readStart(fd, NAME);
    if (content.length > LIMIT) throw new Blocked(`.mooring/${NAME} is longer than what Mooring writes`);
    return parse(new TextDecoder().decode(content));
  } finally {
    close(fd);
  }
}

function parse(text: string): VolumeIdentity {
  let found: Partial<Record<keyof VolumeIdentity, unknown>>;
  try {
    found = (JSON.parse(text) ?? {}) as typeof found;
  } catch {
    throw new Blocked(`.mooring/${NAME} is not JSON`);
  }
  const { uuid, instance, mount } = found;
  if (typeof uuid !== "string" || !UUID.test(uuid)) throw new Blocked(`.mooring/${NAME} holds no UUID`);
  return { uuid, instance: String(instance), mount: String(mount) };
}

/** Gives the volume its identity. When another node was faster, that one counts. */
export function makeIdentity(folder: number, { mount, instance, node }: VolumeRequest): VolumeIdentity {
  const identity: VolumeIdentity = { uuid: crypto.randomUUID(), instance, mount: mount.name };
  const temporary = `${NAME}.${node}`;
  unlink(folder, temporary);
  const fd = makeFile(folder, temporary, 0o644);
  if (fd === null) throw new Blocked(`.mooring/${temporary} cannot be made`);
  try {
    writeStart(fd, temporary, new TextEncoder().encode(`${JSON.stringify(identity)}\n`));
    fsync(fd, temporary);
    publish(folder, temporary);
  } finally {
    close(fd);
    unlink(folder, temporary);
  }
  fsync(folder, ".mooring");
  return readIdentity(folder) ?? identity;
}

/** link(2) never replaces; where a file system has no links, RENAME_NOREPLACE does the same. */
function publish(folder: number, temporary: string): void {
  try {
    link(folder, temporary, folder, NAME);
  } catch (error) {
    if (isErrno(error, "EEXIST")) return;
    if (!isErrno(error, "EPERM", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
    rename(folder, temporary, folder, NAME, false);
  }
}
