import { sameDirectory } from "../../../agent/core/identity.ts";
import { nothingLeft, type Rescued, type RescueOrder } from "../../../agent/core/rescue.ts";
import type { Machine } from "./machine.ts";
import { isDirectory } from "./mount.ts";
import type { Examination } from "./volume.ts";

/** What a rescue would do on this machine, as agent/volume/child/rescue does on a real one: all at once. */
export function rescue(
  machine: Machine,
  target: string,
  order: RescueOrder,
  { report, usable }: Examination,
): Rescued | null {
  const cut = target.lastIndexOf("/");
  const bare = machine.parents.get(target.slice(0, cut))?.entries.get(target.slice(cut + 1));
  if (!bare || !isDirectory(bare) || !usable || report.volume?.through !== "target") return null;
  const numbers = { device: bare.fileSystem.device, inode: bare.inode };
  if (!sameDirectory(numbers, order.bare) || !sameDirectory(report.volume.identity, order.into)) return null;
  const files = bare.entries - bare.busy;
  bare.entries = bare.busy;
  if (machine.setsFlags && bare.fileSystem.flags) bare.immutable = true;
  const left = { ...nothingLeft, busy: bare.busy };
  const example = bare.busy > 0 ? "a file is being written" : null;
  return { files, bytes: files, elsewhere: 0, folder: null, changed: 0, left, example, more: false };
}
