import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { scenarios } from "../kernel/scenarios/all.ts";

export interface Options {
  /** How often each scenario is played. */
  times: number;
  /** How many faults happen to the walk. */
  faults: number;
  /** Of the minute beside a crowded mount table. */
  seconds: number;
  seed: number;
  lanes: number;
  /** Names of scenarios, `walk` and `crowded-minute`; empty for everything. */
  only: string[];
}

export const parts = ["walk", "crowded-minute"] as const;

export const help = `make soak ARGS="[OPTION...]"

  --times N     plays of each scenario, in turns on this kernel and as on older ones (100)
  --faults N    random faults of the walk (10000)
  --seconds N   beside ten thousand mounts and a hundred mount events a second (60)
  --seed S      of the walk; the report names the one it drew
  --lanes N     side by side, each on machines of its own (one for each processor)
  --only NAME   a scenario, walk or crowded-minute; may be given several times

scenarios: ${scenarios.map(({ name }) => name).join(", ")}
`;

/** @throws with a sentence for people when an option is unknown or makes no sense. */
export function readOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { type: "boolean", default: false },
      times: { type: "string", default: "100" },
      faults: { type: "string", default: "10000" },
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
      lanes: { type: "string", default: String(availableParallelism()) },
      only: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.help) return "help";
  const known: string[] = [...parts, ...scenarios.map(({ name }) => name)];
  const unknown = values.only.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is none; want one of ${known.join(", ")}`);
  return {
    times: whole("times", values.times, 0),
    faults: whole("faults", values.faults, 0),
    seconds: whole("seconds", values.seconds, 1),
    seed: whole("seed", values.seed, 0),
    lanes: whole("lanes", values.lanes, 1),
    only: values.only,
  };
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${option} ${text}: want a whole number from ${least}`);
  return value;
}
