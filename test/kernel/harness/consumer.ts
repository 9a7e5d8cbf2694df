import { join } from "node:path";
import { compiled } from "./compile.ts";
import type { Place, Propagation } from "./place.ts";
import type { Program } from "./program.ts";
import { until } from "./until.ts";

export interface ConsumerOptions {
  /** Time between two records; "tight" writes as fast as it can. */
  every?: `${number}ms` | "tight";
  /** The directory it writes to: the target by default. */
  path?: string;
  /** Keeps its file open instead of opening it for every record. */
  keepOpen?: boolean;
  uid?: number;
  /** Of its namespace; "slave" is HostToContainer, "private" is the default of a hostPath volume. */
  propagation?: Propagation;
}

/** What a consumer has seen so far. */
export interface ConsumerReport {
  /** Records written successfully. */
  written: number;
  /** Records that could not be written. */
  failed: number;
  /** How often each errno was the reason. */
  errors: Record<string, number>;
  /** The longest time between two successful writes. */
  longestGapMs: number;
  /** The numbers of the records written successfully, as ranges with both ends. */
  ranges: Range[];
}

type Range = readonly [first: number, last: number];

interface Node extends Place {
  source: string;
  target: string;
  below(other?: string): Promise<Place>;
}

/** An application that writes numbered records below the target, from a namespace of its own. */
export class Consumer {
  /** The namespace it lives in. */
  readonly place: Place;
  readonly #machine: Node;
  readonly #program: Program;
  readonly #directory: string;
  readonly #name: string;
  #last: ConsumerReport | null = null;

  private constructor(machine: Node, place: Place, program: Program, directory: string, name: string) {
    this.#machine = machine;
    this.#directory = directory;
    this.place = place;
    this.#program = program;
    this.#name = name;
  }

  static async start({
    machine,
    place,
    name,
    options: { every = "1ms", path = machine.target, keepOpen = false, uid = 0 },
  }: {
    machine: Node;
    place: Place;
    name: string;
    options: ConsumerOptions;
  }): Promise<Consumer> {
    const pause = every === "tight" ? 0 : Math.round(Number.parseFloat(every) * 1e6);
    const program = place.run([
      compiled(join(import.meta.dir, "consumer.c")),
      join(path, name),
      String(pause),
      String(uid),
      keepOpen ? "fd" : "path",
    ]);
    await program.line((line) => line === "ready", { what: "the consumer to begin" });
    return new Consumer(machine, place, program, path, name);
  }

  /** What it has seen up to now; the last word once it was stopped. */
  async report(): Promise<ConsumerReport> {
    return this.#last ?? parseReport(await this.#program.ask("report"));
  }

  /** Waits until it has written that many more records. */
  async writes(count: number): Promise<void> {
    const { written } = await this.report();
    await until(async () => (await this.report()).written >= written + count, { what: `${count} more records` });
  }

  /** Ends it and tells what it has seen. */
  async stop(): Promise<ConsumerReport> {
    this.#last ??= parseReport(await this.#program.ask("stop"));
    await this.#program.exited;
    return this.#last;
  }

  /**
   * Stops it and finds the records that it wrote successfully and that are neither in the volume nor below it, nor
   * `elsewhere`: in directories where earlier volumes are still mounted.
   */
  async lost(elsewhere: readonly string[] = []): Promise<{ count: number; ranges: Range[] }> {
    const { ranges } = await this.stop();
    using below = await this.#machine.below(this.#directory);
    const found = await below.sh(gatherRecords, {
      args: [this.#name, this.#machine.target, this.#machine.source, this.#directory, ...elsewhere],
    });
    const kept = found.split("\n").flatMap((line): Range[] => {
      const [first, last] = line.split(" ").map(Number);
      return first === undefined || last === undefined ? [] : [[first, last]];
    });
    const missing = without(ranges, kept);
    return { count: missing.reduce((sum, [first, last]) => sum + last - first + 1, 0), ranges: missing };
  }
}

/** What `consumer.c` answers with. */
export const parseReport = (json: string): ConsumerReport => {
  const { longestGapNs, ...report } = JSON.parse(json) as Omit<ConsumerReport, "longestGapMs"> & {
    longestGapNs: number;
  };
  return { ...report, longestGapMs: longestGapNs / 1e6 };
};

/**
 * Prints the numbers of all records that the consumer "$1" left in the directories "$2"… as ranges. The beginning of one
 * that did not fit any more may stand in front of the next.
 */
const gatherRecords = `
  name="$1"
  shift
  find "$@" \\( -name "$name" -o -name "$name[!0-9]*" \\) -type f -exec cat {} + | grep -oE '[0-9]{10}$' | LC_ALL=C sort -u | awk '
    { number = $1 + 0 }
    NR > 1 && number == last + 1 { last = number; next }
    NR > 1 { printf "%d %d\\n", first, last }
    { first = last = number }
    END { if (NR) printf "%d %d\\n", first, last }'
`;

/** Ranges in ascending order, less those that others cover. */
const without = (ranges: readonly Range[], covered: readonly Range[]): Range[] => {
  const left: Range[] = [];
  let at = 0;
  for (const [first, last] of ranges) {
    let from = first;
    while (at < covered.length && (covered[at]?.[1] ?? 0) < from) at += 1;
    for (let next = at; next < covered.length; next += 1) {
      const [coveredFrom, coveredTo] = covered[next] ?? [0, 0];
      if (coveredFrom > last) break;
      if (coveredFrom > from) left.push([from, coveredFrom - 1]);
      from = Math.max(from, coveredTo + 1);
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
};
