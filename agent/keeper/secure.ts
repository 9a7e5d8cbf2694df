import { faultAt } from "../kernel/fault.ts";
import type { Scene } from "./act.ts";
import { dropLock } from "./berth.ts";
import { parseRecord, recordOf, writeRecord } from "./record.ts";

/** Opens the bare directory, made if missing, takes its lock, and seals it with our record. */
export function secure({ kernel, agent, berth, parent, tell }: Scene): null {
  dropLock(kernel, berth);
  const bare = kernel.openBare(parent);
  berth.bare = bare;
  const record = parseRecord(kernel.readRecord(bare));
  if (!kernel.lockBare(bare)) {
    dropLock(kernel, berth);
    berth.lock = { kind: "other", holder: record?.holder ?? "another agent" };
    return null;
  }
  berth.bareDirectory = kernel.inspectBare(bare);
  berth.lock = { kind: "held" };
  berth.memory.record = record;
  faultAt("secure.locked");
  const sealed = recordOf(agent, berth.memory.expected, record);
  const immutable = kernel.sealBare(bare, writeRecord(sealed));
  berth.memory.record = sealed;
  faultAt("secure.sealed");
  const state = kernel.inspectBare(bare);
  berth.bareView = { locked: state.sealed, immutable, shadowed: state.entries };
  tell({ kind: "bareDirectoryLocked", mount: berth.mount.name, immutable });
  return null;
}
