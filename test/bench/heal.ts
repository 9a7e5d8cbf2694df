/**
 * How long until a mount that was taken away is back: the agent beside a C loop that does nothing else, in turns within
 * one run, with a small mount table and with ten thousand other mounts in it.
 *
 *     bun test/bench/heal.ts [--rounds 1000] [--mounts 10000] [--entrants peer,agent]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compiled } from "../kernel/harness/compile.ts";
import type { Program } from "../kernel/harness/program.ts";
import { type Contender, contender, type Entrant } from "./contender.ts";
import { type Figures, figuresOf, tableOf } from "./figures.ts";

interface Lane {
  contender: Contender;
  measure: Program;
  times: number[];
}

/** Measures the entrants in turns; their figures are in microseconds. */
const race = async (entrants: readonly Entrant[], rounds: number, otherMounts: number): Promise<Figures[]> => {
  const lanes: Lane[] = [];
  try {
    for (const entrant of entrants) {
      const held = await contender(entrant, { otherMounts });
      const { machine, program } = held;
      const measure = machine.run([compiled(join(import.meta.dir, "measure.c")), machine.target, String(program.pid)]);
      lanes.push({ contender: held, measure, times: [] });
    }
    // The first rounds find cold caches and a compiler at work.
    const warmUp = Math.min(50, rounds);
    for (let round = -warmUp; round < rounds; round += 1) {
      for (const { measure, times } of lanes) {
        const nanoseconds = Number(await measure.ask("round", 20_000));
        if (round >= 0) times.push(nanoseconds / 1000);
      }
    }
    return lanes.map(({ times }) => figuresOf(times));
  } finally {
    for (const { contender: held } of lanes) held[Symbol.dispose]();
  }
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "1000" },
      mounts: { type: "string", default: "10000" },
      entrants: { type: "string", default: "peer,agent" },
    },
  });
  const entrants = values.entrants.split(",").filter((name): name is Entrant => name === "peer" || name === "agent");
  const rounds = Number(values.rounds);
  const rows: string[][] = [];
  const small: Figures[] = [];
  for (const otherMounts of [0, Number(values.mounts)]) {
    const figures = await race(entrants, rounds, otherMounts);
    if (otherMounts === 0) small.push(...figures);
    figures.forEach(({ p50, p99, max }, lane) => {
      const [first, before] = [figures[0], small[lane]];
      const ratio = (of: keyof Figures, to: Figures | undefined) =>
        to ? ({ p50, p99, max }[of] / to[of]).toFixed(2) : "";
      rows.push([
        `${entrants[lane]}, ${otherMounts} other mounts`,
        ...[p50, p99, max].map((value) => value.toFixed(1)),
        ratio("p50", first),
        ratio("p99", first),
        ratio("p50", before),
      ]);
    });
  }
  console.log(`\nHeal after umount, ${rounds} rounds each, in turns, microseconds\n`);
  const head = ["who", "p50", "p99", "max", "p50 to the first", "p99 to the first", "p50 to its small table"];
  console.log(tableOf(head, rows));
};

await main();
