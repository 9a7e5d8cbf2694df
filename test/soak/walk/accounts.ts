import { join } from "node:path";
import type { Consumer } from "../../kernel/harness/consumer.ts";
import type { Machine } from "../../kernel/harness/machine.ts";
import { Foreign } from "../../kernel/scenarios/foreign.ts";
import type { MountName } from "./trouble.ts";
import type { WalkMount } from "./world.ts";

const RECORD = 11;

/** What others have on the machine, and what became of it: three consumers, notes in bare directories, foreign mounts. */
export class Accounts {
  lostBytes = 0;
  readonly foreignTouched: string[] = [];
  readonly #machine: Machine;
  readonly #mounts: Record<MountName, WalkMount>;
  #consumers: { consumer: Consumer; source: string }[] = [];
  #notes: string[] = [];
  #foreign: Foreign[] = [];

  constructor(machine: Machine, mounts: Record<MountName, WalkMount>) {
    this.#machine = machine;
    this.#mounts = mounts;
  }

  /** What was written to a bare directory by hand. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Somebody else's mount over a target. */
  async cover(where: Parameters<typeof Foreign.over>[1]): Promise<Foreign> {
    const foreign = await Foreign.over(this.#machine, where);
    this.#foreign.push(foreign);
    return foreign;
  }

  async open(): Promise<void> {
    const { dumps, heaps } = this.#mounts;
    const add = async ({ source, target }: WalkMount, options: Parameters<Machine["consumer"]>[0]) => {
      this.#consumers.push({ consumer: await this.#machine.consumer({ path: target, ...options }), source });
    };
    await add(dumps, { every: "2ms" });
    await add(dumps, { every: "2ms", keepOpen: true, uid: 1000 });
    await add(heaps, { every: "5ms" });
  }

  /** Looks at the mounts of others that are still there. */
  async check(which: (foreign: Foreign) => boolean = (foreign) => foreign.isThere()): Promise<void> {
    for (const foreign of this.#foreign.filter(which)) {
      const harm = await foreign.harm();
      if (harm !== null) this.foreignTouched.push(harm);
    }
  }

  /**
   * Ends the consumers, counts what was lost, and clears away what they wrote: files do not grow for ever, and a loss is
   * near to what led to it.
   */
  async settle(): Promise<void> {
    await this.check(() => true);
    const volumes = [this.#mounts.dumps.source, this.#mounts.heaps.source];
    // Where consumers wrote while that was on top: sources that were deleted, and foreign mounts.
    const elsewhere = [join(this.#machine.source, "graves"), ...this.#foreign.map(({ home }) => home)];
    for (const { consumer, source } of this.#consumers) {
      const { count, ranges } = await consumer.lost([source, ...elsewhere]);
      if (count > 0) console.error(`lost: ${JSON.stringify(ranges)}`);
      this.lostBytes += count * RECORD;
      consumer.place[Symbol.dispose]();
    }
    const found = await this.#machine.sh(`grep -rhoE '^note [0-9]+$' "$@" || :`, { args: [...volumes, ...elsewhere] });
    const lost = this.#notes.filter((note) => !found.split("\n").includes(note));
    if (lost.length > 0) console.error(`lost: ${lost.join()}`);
    this.lostBytes += lost.join("\n").length;
    await this.#machine.sh(
      `rm -rf "$1"/graves; mkdir "$1"/graves; shift; find "$@" \\( -name 'consumer-*' -o -name 'note*' \\) -type f -delete`,
      { args: [this.#machine.source, ...volumes] },
    );
    [this.#consumers, this.#notes, this.#foreign] = [[], [], []];
  }
}
