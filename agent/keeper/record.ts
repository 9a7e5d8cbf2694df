import { sameMounted } from "../core/facts.ts";
import type { Identity } from "../core/identity.ts";
import type { BareRecord, MountedRecord } from "../core/observed.ts";

/** Whose record it is: `holder` names this process for people. */
export interface Agent {
  instance: string;
  holder: string;
}

/** What is written into the bare directory's `trusted.mooring` attribute. */
export const writeRecord = (record: BareRecord): string => JSON.stringify(record);

const isText = (value: unknown): value is string => typeof value === "string";

/** Reads a record back; null for anything that is none, whoever wrote it. */
export function parseRecord(text: string | null): BareRecord | null {
  if (text === null) return null;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== "object" || found === null) return null;
  const { instance, holder, uuid, mounted } = found as Record<string, unknown>;
  if (!isText(instance) || !isText(holder)) return null;
  return { instance, holder, uuid: isText(uuid) ? uuid : null, mounted: parseMounted(mounted) };
}

const REMEMBERED = 4;

function parseMounted(value: unknown): MountedRecord[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, REMEMBERED).flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { superDevice, fsType, source, root } = entry as Record<string, unknown>;
    if (!isText(superDevice) || !isText(fsType) || !isText(source) || !isText(root)) return [];
    return [{ superDevice, fsType, source, root }];
  });
}

const mountedRecord = ({ superDevice, fsType, source, root }: MountedRecord): MountedRecord => ({
  superDevice,
  fsType,
  source,
  root,
});

/**
 * The record of an agent that has, or is about to have, `expected` on the target, in the place of `earlier`. `shown` is
 * what the kernel says of the mount itself, once it is there: NFS names a directory in the source, and not as the root.
 */
export function recordOf(
  agent: Agent,
  expected: Identity | null,
  earlier: BareRecord | null,
  shown: MountedRecord | null = null,
): BareRecord {
  const current = [expected, shown].filter((one) => one !== null).map(mountedRecord);
  const all = [...current, ...(earlier?.mounted ?? [])];
  const mounted = all.filter((one, index) => all.findIndex((other) => sameMounted(one, other)) === index);
  return {
    instance: agent.instance,
    holder: agent.holder,
    uuid: expected ? expected.uuid : (earlier?.uuid ?? null),
    mounted: mounted.slice(0, REMEMBERED),
  };
}
