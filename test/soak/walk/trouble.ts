import type { Wanted } from "../../kernel/harness/agent.ts";

export type MountName = "dumps" | "heaps";

/** Something that stays wrong until somebody mends it, and what the agent has to say of it meanwhile. */
export interface Trouble {
  kind: string;
  mounts: readonly MountName[];
  says: readonly Wanted[];
  /** Whether the right mount is on top all the same. */
  isServed: boolean;
  /** Mounts more (or fewer) than usual. */
  extraMounts: number;
  mend(): Promise<void>;
}
