import { join } from "node:path";
import { compiled } from "../harness/compile.ts";
import type { Machine } from "../harness/machine.ts";

/** Makes that many mounts beside those of the agent. */
export async function crowd(machine: Machine, count: number): Promise<void> {
  const program = compiled(join(import.meta.dir, "../../bench/crowd.c"));
  await machine.sh(`mkdir "$2"; mount -t tmpfs crowd "$2"; "$1" "$2" "$3"`, {
    args: [program, join(machine.root, "crowd"), String(count)],
    deadline: 120_000,
  });
}

/** Has the mount table change that often a second, beside those of the agent; the end of it says how often it did. */
export async function noise(machine: Machine, eventsPerSecond: number): Promise<() => Promise<number>> {
  const directory = join(machine.root, "noise");
  await machine.sh(`mkdir "$1"`, { args: [directory] });
  const program = machine.run([compiled(join(import.meta.dir, "noise.c")), directory, String(eventsPerSecond)]);
  await program.line((line) => line === "ready", { what: "the noise to begin" });
  return async () => Number(await program.ask("stop"));
}
