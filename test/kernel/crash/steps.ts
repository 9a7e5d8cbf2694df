import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { type Actor, begin, type Situation, targetOf } from "./situations.ts";
import { whatIsThere } from "./there.ts";

export interface Step {
  /** The system call, as people know it. */
  name: string;
  /** As agent/kernel/steps.ts counts it. */
  number: number;
}

/** Where the agents of a machine find what is to happen to them. */
export const planOf = (machine: Machine): string => `${machine.root}/steps`;

/** What was written down of all steps so far. */
export const stepsTaken = (machine: Machine): Promise<string> =>
  machine.sh(`cat "$1.log" 2>/dev/null || true`, { args: [planOf(machine)] });

/** The steps that an actor took so far; of volume children those of the first that took the most. */
export const stepsOf = async (machine: Machine, actor: Actor): Promise<Step[]> => {
  const log = await stepsTaken(machine);
  const all = log.split("\n").map((line) => line.split(" "));
  const byPid = Map.groupBy(
    all.filter(([who]) => who === actor),
    ([, pid]) => pid,
  );
  const [most = []] = [...byPid.values()].toSorted((one, other) => other.length - one.length);
  return most.map(([, , number, call = ""]) => ({ name: known[call] ?? call, number: Number(number) }));
};

const known: Readonly<Record<string, string>> = {
  ioctl: "ioctl (immutable)",
  openat2: "openat2 (O_CREAT)",
  unlinkat: "unlinkat",
};

/** What a situation leads to when nothing disturbs it. */
export interface Recording {
  steps: Step[];
  mounts: number;
  end: string;
}

export const record = async (situation: Situation): Promise<Recording> => {
  using machine = await Machine.start();
  const program = await begin(situation, machine, planOf(machine), "nobody 0 kill");
  const target = targetOf(situation, machine);
  if (situation.volume === null) await program.exited;
  else await until(() => shown(machine, target) === situation.volume, { what: "it to be done" });
  const { done } = situation;
  if (done) await until(() => done(machine), { what: "all of it to be done", deadline: 30_000 });
  const count = async () => (await stepsOf(machine, situation.actor)).length;
  await until(async () => (await count()) > 0, { what: "its steps to be noted" });
  let seen = -1;
  const isAtRest = async () => {
    const before = seen;
    seen = await count();
    return before === seen;
  };
  await until(isAtRest, { what: "it to rest", every: 1000 });
  const steps = await stepsOf(machine, situation.actor);
  return { steps, mounts: machine.mountCount(), end: await whatIsThere(machine, target) };
};

const shown = (machine: Machine, target: string): string =>
  machine
    .mountsAt(target)
    .map(({ source }) => source)
    .join();

/** Does the same for each, four at once: they wait more than they work. */
export const inTurns = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return results;
};
