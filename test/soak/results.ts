import type { Findings } from "../kernel/scenarios/stage.ts";
import type { CrowdedMinute } from "./crowded-minute.ts";
import type { Walked } from "./walk/walk.ts";

/** What became of the plays of one scenario. */
export interface Played {
  plays: number;
  failed: number;
  lostBytes: number;
  foreignTouched: string[];
  extraMounts: number;
  heals: number[];
  counts: Record<string, number>;
}

export interface Results {
  scenarios: Map<string, Played>;
  walks: Walked[];
  walksFailed: number;
  crowded: CrowdedMinute | null;
  /** Mounts on the computer itself, where all of this leaves no trace. */
  leftOutside: number;
}

/** Adds what one play of a scenario found, or null for one that failed. */
export function addPlay({ scenarios }: Results, name: string, findings: Findings | null): void {
  const played = scenarios.get(name) ?? unplayed();
  scenarios.set(name, played);
  played.plays += 1;
  if (findings === null) {
    played.failed += 1;
    return;
  }
  played.lostBytes += findings.lostBytes;
  played.extraMounts += findings.extraMounts;
  played.foreignTouched.push(...findings.foreignTouched);
  played.heals.push(...findings.heals);
  for (const [what, count] of Object.entries(findings.counts)) played.counts[what] = (played.counts[what] ?? 0) + count;
}

const unplayed = (): Played => ({
  plays: 0,
  failed: 0,
  lostBytes: 0,
  foreignTouched: [],
  extraMounts: 0,
  heals: [],
  counts: {},
});
