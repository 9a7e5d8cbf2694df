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

const mountedRecord = ({ superDevice, fsType, source, root }: Identity): MountedRecord => ({
  superDevice,
  fsType,
  source,
  root,
});

/** The record of an agent that has, or is about to have, `expected` on the target, in the place of `earlier`. */
export function recordOf(agent: Agent, expected: Identity | null, earlier: BareRecord | null): BareRecord {
  const current = expected ? [mountedRecord(expected)] : [];
  const others = (earlier?.mounted ?? []).filter((one) => !expected || !sameMounted(one, expected));
  return {
    instance: agent.instance,
    holder: agent.holder,
    uuid: expected ? expected.uuid : (earlier?.uuid ?? null),
    mounted: [...current, ...others].slice(0, REMEMBERED),
  };
}
