/**
 * Everything that can go wrong, over and over: see options.ts for what can be chosen.
 *
 *     bun test/soak/soak.ts [OPTION...]
 */
import { readFileSync } from "node:fs";
import { kernels } from "../kernel/harness/old-kernel.ts";
import { scenarios } from "../kernel/scenarios/all.ts";
import { isWell } from "../kernel/scenarios/stage.ts";
import { crowdedMinute } from "./crowded-minute.ts";
import type { Job } from "./lane.ts";
import { inLanes } from "./lanes.ts";
import { help, type Options, readOptions } from "./options.ts";
import { report } from "./report.ts";
import { addPlay, type Results } from "./results.ts";

const MAX_FAILURES = 10;
const PROGRESS_MS = 10_000;

const begun = performance.now();
const clock = (): string => {
  const seconds = Math.round((performance.now() - begun) / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}`;
};
const say = (line: string): void => console.log(`${clock()}  ${line}`);

/** Says how far something is, now and then. */
function progress(tell: () => string): Disposable {
  const timer = setInterval(() => say(tell()), PROGRESS_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function playAll({ times, lanes, only }: Options, results: Results): Promise<void> {
  const chosen = scenarios.filter(({ name }) => only.length === 0 || only.includes(name));
  const jobs = Array.from({ length: times }, (_, round) =>
    chosen.map(({ name }) => ({
      kind: "scenario" as const,
      name,
      kernel: kernels[round % kernels.length]?.name ?? "",
    })),
  ).flat();
  if (jobs.length === 0) return;
  let failures = 0;
  let done = 0;
  using _ = progress(() => `scenarios: ${done} of ${jobs.length} plays, ${failures} failed`);
  await inLanes(jobs, lanes, {
    isEnough: () => failures >= MAX_FAILURES,
    onDone({ job, word }) {
      done += 1;
      const findings = word.kind === "played" ? word.findings : null;
      addPlay(results, job.name, findings);
      if (findings && isWell(findings)) return;
      failures += 1;
      say(`${job.name} on ${job.kernel}: ${word.kind === "failed" ? word.why : JSON.stringify(findings)}`);
      say(`once more: make soak ARGS="--only ${job.name} --times ${times} --lanes ${lanes}"`);
    },
  });
  say(`scenarios: ${done} of ${jobs.length} plays, ${failures} failed`);
}

/** One agent lives through all of its walk, so that its size can be compared; the others are restarted on the way. */
async function walkAll({ faults, seed, lanes }: Options, results: Results): Promise<void> {
  const walks = Math.max(2, lanes);
  const jobs = Array.from({ length: walks }, (_, index) => ({
    kind: "walk" as const,
    seed: seed + index,
    faults: Math.floor(faults / walks) + (index < faults % walks ? 1 : 0),
    restarts: index > 0,
  })).filter((job) => job.faults > 0);
  if (jobs.length === 0) return;
  const done = new Map<Job, number>();
  const total = () => [...done.values()].reduce((sum, count) => sum + count, 0);
  using _ = progress(() => `walk: ${total()} of ${faults} faults`);
  await inLanes(jobs, lanes, {
    onProgress: (job, count) => done.set(job, count),
    onDone({ job, word }) {
      if (word.kind === "walked") {
        results.walks.push(word.walked);
        return;
      }
      results.walksFailed += 1;
      say(`walk failed: ${word.kind === "failed" ? word.why : word.kind}`);
      say(
        `once more: make soak ARGS="--only walk --seed ${seed} --faults ${faults} --lanes ${lanes}", its seed ${job.seed}`,
      );
    },
  });
  say(`walk: ${total()} of ${faults} faults`);
}

/** Everything is mounted in namespaces of its own, at one place: outside of them there must never be anything there. */
const leftOutside = (): number =>
  readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes("/mooring-test")).length;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(help);
    return 0;
  }
  const { seed, times, faults, seconds, lanes, only } = options;
  const wants = (part: string) => only.length === 0 || only.includes(part);
  say(`seed ${seed}; ${times} plays of each scenario, ${faults} faults, ${lanes} lanes; Linux ${kernelRelease()}`);
  const results: Results = {
    scenarios: new Map(),
    walks: [],
    walksFailed: 0,
    crowded: null,
    leftOutside: 0,
  };
  await playAll(options, results);
  if (wants("walk")) await walkAll(options, results);
  if (wants("crowded-minute")) {
    say(`crowded: ${seconds} s beside ten thousand mounts and a hundred mount events a second`);
    results.crowded = await crowdedMinute(seconds);
  }
  results.leftOutside = leftOutside();
  const { text, faults: off } = report(results);
  console.log(`\n${text}\n`);
  say(off.length === 0 ? "all is well" : `NOT WELL: ${off.join("; ")}`);
  return off.length === 0 ? 0 : 1;
}

const kernelRelease = (): string => readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();

try {
  process.exit(await main());
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}
