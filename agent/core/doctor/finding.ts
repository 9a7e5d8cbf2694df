import type { Reason } from "../condition.ts";

/** Something that is not as it should be, and the way out. */
export interface Finding {
  /** The mount's name; null for what belongs to none. */
  mount: string | null;
  /** The reason that the agent would give where it has one. */
  reason: Reason | "BareDirectoryUnlocked" | "Orphan" | "SeesAnotherVolume" | "SeesBareDirectory";
  /** One sentence, with the way out. */
  message: string;
}
