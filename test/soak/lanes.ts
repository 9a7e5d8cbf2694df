import { join } from "node:path";
import { Program } from "../kernel/harness/program.ts";
import type { Job, Word } from "./lane.ts";

/** Longer than any scenario or walk takes: a lane that is silent for so long is stuck. */
const PATIENCE_MS = 60 * 60 * 1000;

export interface Done<J extends Job> {
  job: J;
  word: Exclude<Word, { kind: "progress" }>;
}

/**
 * Has lanes work the jobs off, side by side, and tells each that is done. Jobs are begun in order. Ends early, with what
 * was done by then, as soon as `isEnough` says so.
 */
export async function inLanes<J extends Job>(
  jobs: readonly J[],
  lanes: number,
  {
    onDone,
    onProgress = () => {},
    isEnough = () => false,
  }: {
    onDone: (done: Done<J>) => void;
    onProgress?: (job: J, done: number) => void;
    isEnough?: () => boolean;
  },
): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    using lane = new Program([process.execPath, join(import.meta.dir, "lane.ts")]);
    for (let job = waiting.shift(); job && !isEnough(); job = waiting.shift()) {
      const current = job;
      onDone({ job, word: await answer(lane, job, (done) => onProgress(current, done)) });
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, jobs.length) }, work));
}

async function answer(lane: Program, job: Job, onProgress: (done: number) => void): Promise<Done<Job>["word"]> {
  lane.lines.length = 0;
  let heard = 0;
  let final: Done<Job>["word"] | null = null;
  const look = () => {
    for (const line of lane.lines.slice(heard)) {
      heard += 1;
      if (!line.startsWith("{")) continue;
      const word = JSON.parse(line) as Word;
      if (word.kind === "progress") onProgress(word.done);
      else final = word;
    }
    return final;
  };
  lane.send(JSON.stringify(job));
  try {
    return await lane.until(look, { what: "a lane to be done", deadline: PATIENCE_MS, every: 20 });
  } catch (error) {
    return { kind: "failed", why: `the lane ended: ${error instanceof Error ? error.message : String(error)}` };
  }
}
