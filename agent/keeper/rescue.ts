import type { Config } from "../core/config/config.ts";
import type { Facts } from "../core/facts.ts";
import { nothingLeft, type Rescued, sayLeft } from "../core/rescue.ts";
import { afterRescue, rescueIsDue } from "../core/rescue-due.ts";
import type { TraceBody } from "../core/trace.ts";
import type { Berth } from "./berth.ts";
import type { News } from "./messages.ts";

/** What the main thread is to have done about shadowed files now, if anything. */
export function orderRescue(berth: Berth, facts: Facts, config: Config): Extract<News, { kind: "rescue" }> | null {
  const { memory, mount, bareDirectory } = berth;
  if (!rescueIsDue(facts, config) || memory.expected === null || bareDirectory === null) return null;
  memory.rescue.asked = true;
  const into = { device: memory.expected.device, inode: memory.expected.inode };
  const bare = { device: bareDirectory.device, inode: bareDirectory.inode };
  return { kind: "rescue", target: mount.target, order: { into, bare } };
}

/** Takes in what a rescue did; null when it did nothing or gave no answer. */
export function hearRescue(
  { memory, mount: { name: mount } }: Berth,
  rescued: Rescued | null,
  now: number,
  { monitor }: Config,
  tell: (trace: TraceBody) => void,
): void {
  const leftBefore = sayLeft(memory.rescue.last?.left ?? nothingLeft);
  memory.rescue = afterRescue(memory.rescue, rescued, now, monitor);
  if (rescued === null) return;
  const { files, bytes, elsewhere, folder, left, example } = rescued;
  if (files > 0) tell({ kind: "rescued", mount, files, bytes, elsewhere, folder });
  const leftNow = sayLeft(left);
  if (leftNow !== "") tell({ kind: "rescueLeft", mount, left, example, again: leftNow === leftBefore });
}
