import type { OldKernel } from "../harness/old-kernel.ts";
import { type Findings, Stage } from "./stage.ts";

/** One way in which things go wrong, played through on real mounts with the compiled agent. */
export interface Scenario {
  /** Its number in docs/reliability.md. */
  number: number;
  /** As its file and `make soak ARGS="--only NAME"` call it. */
  name: string;
  promise: string;
  play(stage: Stage): Promise<void>;
}

/**
 * Plays a scenario once and returns what was found afterwards.
 * @throws when something else happened than it promises, with what its agents said last.
 */
export const played = async ({ play }: Scenario, kernel: OldKernel): Promise<Findings> => {
  using stage = new Stage(kernel);
  try {
    await play(stage);
    return await stage.findings();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.stack : String(error)}\n${stage.lastWords()}`);
  }
};
