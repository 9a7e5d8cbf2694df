import { type Condition, serves } from "../../core/condition.ts";
import type { Space } from "../../core/status.ts";

/** What a colour says before anything is read. Each is a class of the style sheet. */
export type Tone = "good" | "warn" | "bad" | "unknown";

export const toneOf = ({ state }: Condition): Tone => {
  if (state === "Unknown") return "unknown";
  if (state === "Healthy") return "good";
  return serves(state) || state === "Waiting" ? "warn" : "bad";
};

/** Worst first, so that the page begins with what needs somebody. */
export const gravityOf = (condition: Condition): number => gravity.indexOf(toneOf(condition));
const gravity: readonly Tone[] = ["bad", "unknown", "warn", "good"];

/** Share of the space in use, 0 to 1; null where a file system counts none (many network ones report 0 inodes). */
export const usedShare = (total: number, free: number): number | null =>
  total > 0 && free >= 0 ? Math.min(1, Math.max(0, (total - free) / total)) : null;

export const fullness = ({ sizeBytes, availBytes }: Space): "roomy" | "tight" | "full" => {
  const used = usedShare(sizeBytes, availBytes) ?? 0;
  return used > 0.95 ? "full" : used > 0.85 ? "tight" : "roomy";
};
