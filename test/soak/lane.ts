import { kernels } from "../kernel/harness/old-kernel.ts";
import { scenarios } from "../kernel/scenarios/all.ts";
import { played } from "../kernel/scenarios/scenario.ts";
import type { Findings } from "../kernel/scenarios/stage.ts";
import { type Walked, walk } from "./walk/walk.ts";

/** What a lane is asked to do, one line of JSON at a time. */
export type Job =
  | { kind: "scenario"; name: string; kernel: string }
  | { kind: "walk"; seed: number; faults: number; restarts: boolean };

/** What it says meanwhile, and then. */
export type Word =
  | { kind: "progress"; done: number }
  | { kind: "played"; findings: Findings }
  | { kind: "walked"; walked: Walked }
  | { kind: "failed"; why: string };

const say = (word: Word): void => console.log(JSON.stringify(word));

async function done(job: Job): Promise<Word> {
  try {
    if (job.kind === "walk") {
      const walked = await walk(job, (steps) => say({ kind: "progress", done: steps }));
      return { kind: "walked", walked };
    }
    const scenario = scenarios.find(({ name }) => name === job.name);
    const kernel = kernels.find(({ name }) => name === job.kernel);
    if (!scenario || !kernel) throw new Error(`there is no ${job.name} on ${job.kernel}`);
    return { kind: "played", findings: await played(scenario, kernel) };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** A process of its own: one lane's work does not hold up what another one measures. */
if (import.meta.main) {
  for await (const line of console) say(await done(JSON.parse(line) as Job));
  process.exit(0);
}
