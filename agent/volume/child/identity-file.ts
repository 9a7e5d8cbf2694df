import { readStart } from "../../kernel/file.ts";
import { close, O_RDONLY } from "../../kernel/open.ts";
import type { VolumeRequest } from "../request.ts";
import { publish } from "./publish.ts";
import { Blocked, enter, openFile } from "./safe.ts";

/** `.mooring/volume.json`: which volume this is. */
export interface VolumeIdentity {
  uuid: string;
  instance: string;
  mount: string;
}

/** The folder of everything that is ours, but `.ready`. */
export const MARKS = ".mooring";
const NAME = "volume.json";
const LIMIT = 4096;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Of the volume with that root; null when it has none. */
export function identityOn(root: number): VolumeIdentity | null {
  const folder = enter(root, MARKS);
  if (folder === null) return null;
  try {
    return readIdentity(folder);
  } finally {
    close(folder);
  }
}

/** Whether an agent of this instance marked the volume, for this mount. */
export function bearsOurMark(root: number, { mount, instance }: VolumeRequest): boolean {
  try {
    const identity = identityOn(root);
    return identity?.mount === mount.name && identity.instance === instance;
  } catch (error) {
    if (error instanceof Blocked) return false;
    throw error;
  }
}

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
  if (typeof instance !== "string" || typeof mount !== "string") throw new Blocked(`.mooring/${NAME} names no mount`);
  return { uuid, instance, mount };
}

/** Gives the volume its identity. When another node was faster, that one counts. */
export function makeIdentity(folder: number, nodeFolder: number, { mount, instance }: VolumeRequest): VolumeIdentity {
  const identity: VolumeIdentity = { uuid: crypto.randomUUID(), instance, mount: mount.name };
  const content = `${JSON.stringify(identity)}\n`;
  publish({ workshop: nodeFolder, directory: folder, name: NAME, mode: 0o644, content, replace: false });
  return readIdentity(folder) ?? identity;
}
