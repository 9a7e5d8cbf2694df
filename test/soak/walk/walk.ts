import { serves } from "../../../agent/core/condition.ts";
import { mebibytes } from "../../bench/cost.ts";
import { until } from "../../kernel/harness/until.ts";
import { Dice } from "./dice.ts";
import { faults } from "./faults/all.ts";
import type { Fault } from "./faults/fault.ts";
import type { MountName } from "./trouble.ts";
import { World } from "./world.ts";

interface Size {
  rssMiB: number;
  descriptors: number;
}

export interface Walked {
  /** How often what went wrong. */
  faults: Record<string, number>;
  heals: number[];
  /** Lives of the agent that a fault point ended. */
  deaths: number;
  lostBytes: number;
  foreignTouched: string[];
  mounts: { before: number; after: number };
  /** Of an agent that lived through all of it, after a warm-up and at the end; null where it was restarted. */
  agent: { before: Size; after: Size } | null;
}

/** Accounts are settled this often; by then everything is mended. */
const EPOCH = 200;
/** Parts of the walk: the agent's compiler and heap settle, its size is what it is before, and then what it is after. */
const SIZE_EVERY = 5;
const SIZED = { from: 0.4, until: 0.7 };

/** @throws when something did not come right, with the faults that led there and what the agent said last. */
export async function walk(
  { seed, faults: count, restarts }: { seed: number; faults: number; restarts: boolean },
  onProgress: (done: number) => void,
): Promise<Walked> {
  const world = await World.start(new Dice(seed));
  const story: string[] = [];
  try {
    return await steps(
      world,
      count,
      faults.filter(({ endsAgent }) => restarts || !endsAgent),
      story,
      onProgress,
    );
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const last = story.slice(-25).join("\n  ");
    throw new Error(`fault ${story.length} of seed ${seed}: ${why}\n  ${last}\n${await world.lastWords()}`);
  } finally {
    world[Symbol.dispose]();
  }
}

async function steps(
  world: World,
  count: number,
  possible: readonly Fault[],
  story: string[],
  onProgress: (done: number) => void,
): Promise<Walked> {
  const happened: Record<string, number> = {};
  const isOneLife = possible.every(({ endsAgent }) => !endsAgent);
  const sizes: Record<keyof Size, number[]> = { rssMiB: [], descriptors: [] };
  for (let done = 0; done < count; done++) {
    const fault = world.dice.weighted(possible.filter((each) => each.can(world)));
    story.push(fault.name);
    happened[fault.name] = (happened[fault.name] ?? 0) + 1;
    const trouble = await fault.make(world);
    if (trouble) world.troubles.push(trouble);
    await settled(world);
    while (world.troubles.length > 0 && world.dice.below(3) > 0) await mendOne(world, story);
    await world.accounts.check();
    if (isOneLife && done % SIZE_EVERY === 0) sizes.rssMiB.push(mebibytes(world.agent.program.pid, "Rss"));
    if ((done + 1) % EPOCH === 0 || done + 1 === count) {
      while (world.troubles.length > 0) await mendOne(world, story);
      await world.accounts.settle();
      await world.accounts.open();
      if (isOneLife) sizes.descriptors.push(await descriptorsAtRest(world));
      onProgress(done + 1);
    }
  }
  const after = world.machine.mountCount();
  await world.accounts.settle();
  await world.endAgent("SIGTERM");
  return {
    faults: happened,
    heals: world.heals,
    deaths: world.deaths,
    lostBytes: world.accounts.lostBytes,
    foreignTouched: world.accounts.foreignTouched,
    mounts: { before: world.baseline, after },
    agent: compared(sizes),
  };
}

async function mendOne(world: World, story: string[]): Promise<void> {
  const trouble = world.dice.pick(world.troubles);
  story.push(`mended: ${trouble.kind}`);
  world.troubles = world.troubles.filter((each) => each !== trouble);
  await trouble.mend();
  await settled(world);
}

/** Waits until the agent says of each mount what there is to say, and the mounts are as they should be. */
async function settled(world: World): Promise<void> {
  for (const name of ["dumps", "heaps"] as const) {
    await until(() => isSettled(world, name), { what: `${name} to settle`, every: 3, deadline: 20_000 });
  }
  const expected = world.baseline + world.troubles.reduce((sum, { extraMounts }) => sum + extraMounts, 0);
  await until(() => world.machine.mountCount() === expected, { what: `${expected} mounts on the machine` });
  const { code } = await world.agent.get("/livez").catch(() => ({ code: world.mayDie ? 200 : 0 }));
  if (code !== 200) throw new Error(`/livez says ${code}`);
}

/** What somebody wrote while the lock was open waits until the volume can take it. */
const untilMended = ["Degraded/ShadowedFiles"];

async function isSettled(world: World, name: MountName): Promise<boolean> {
  await world.revive();
  const troubles = world.troublesOf(name);
  const stack = world.machine.mountsAt(world.mounts[name].target);
  const top = stack.at(-1);
  const isRight = top !== undefined && world.mounts[name].isRight(top);
  const status = (await world.agent.status()).mounts.find((mount) => mount.name === name);
  if (!status) {
    if (troubles.some(({ says }) => says.length === 0)) return stack.length === 0;
    throw new Error(`the agent knows no ${name}`);
  }
  const { state, reason, message } = status.condition;
  const allowed =
    troubles.length === 0 ? ["Healthy/Verified"] : [...troubles.flatMap(({ says }) => says), ...untilMended];
  if (!allowed.includes(`${state}/${reason}`))
    throw new Error(`${name} is ${state}/${reason}: ${message}; want ${allowed.join(" or ")}`);
  if (troubles.every(({ isServed }) => isServed) && !isRight)
    throw new Error(`${name}: on top is ${JSON.stringify(top)}`);
  const isCovered = troubles.some(({ kind }) => kind === "foreign");
  if (stack.length !== (isCovered ? 2 : 1)) throw new Error(`${name}: ${stack.length} mounts on each other`);
  if (serves(state) && !isRight) throw new Error(`${name} is ${state}, with ${JSON.stringify(top)} on top`);
  const options = top?.options ?? [];
  if (isRight && !["rw", "nosuid", "nodev"].every((each) => options.includes(each)))
    throw new Error(`${name} is ${options.join()}`);
  return true;
}

/** With no child out, to which there are pipes. */
async function descriptorsAtRest({ agent }: World): Promise<number> {
  await until(() => agent.children().length === 0, { what: "no child out", every: 1 });
  return agent.descriptors();
}

/** Its heap grows until it is swept, by ten MiB and more, over and over: the smallest sizes are compared. */
function compared({ rssMiB, descriptors }: Record<keyof Size, number[]>): Walked["agent"] {
  const smallest = (sizes: readonly number[], from: number, until: number) =>
    Math.min(...sizes.slice(Math.floor(from * sizes.length), Math.ceil(until * sizes.length)));
  const size = (from: number, until: number): Size => ({
    rssMiB: smallest(rssMiB, from, until),
    descriptors: smallest(descriptors, from, until),
  });
  return descriptors.length === 0 ? null : { before: size(SIZED.from, SIZED.until), after: size(SIZED.until, 1) };
}
