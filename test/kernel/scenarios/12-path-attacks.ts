import assert from "node:assert/strict";
import { join } from "node:path";
import { compiled } from "../harness/compile.ts";
import type { Machine } from "../harness/machine.ts";
import { ran } from "../linux/script.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

const TRIES = { parent: 2500, target: 500 };

export const pathAttacks: Scenario = {
  number: 12,
  name: "path-attacks",
  promise: "a target or a parent that is a link or a file is refused; swapped in a loop, it never leads elsewhere",
  async play(stage) {
    await refused(stage);
    for (const what of ["parent", "target"] as const) await swappedWhileAttaching(stage, what);
    await swappedUnderTheAgent(stage);
  },
};

/** With the reason, and attached once it is moved away. */
async function refused(stage: Stage): Promise<void> {
  for (const what of ["target", "parent"] as const) {
    for (const script of [`ln -s "$2" "$1"`, `: > "$1"`, `mkfifo "$1"`]) {
      const machine = await stage.machine();
      await layATrap(machine);
      await machine.sh(`rm -rf "$1"; ${script}`, { args: [machine[what], elsewhere(machine)] });
      const agent = await stage.agent(machine);
      const { condition } = await agent.until("Broken");
      assert.ok(condition.message.includes(machine[what]), condition.message);
      await agent.probed(1);
      assert.deepEqual(machine.mountsAt(machine.target), []);
      await nothingElsewhere(machine);
      await machine.sh(`rm "$1"`, { args: [machine[what]] });
      await agent.until("Healthy");
    }
  }
}

/** The keeper's own calls in a tight loop, far faster than an agent has a reason to make them. */
async function swappedWhileAttaching(stage: Stage, what: "parent" | "target"): Promise<void> {
  const machine = await stage.machine();
  await layATrap(machine);
  await machine.sh(`mkdir -p "$1"`, { args: [machine.target] });
  const { denied } = stage.kernel;
  const stop = await swapping(machine, what);
  const tries = TRIES[what];
  const { said, code } = await ran(machine, "race.ts", [machine.target, machine.source, String(tries), ...denied]);
  assert.equal(code, 0, said);
  stage.count("swaps", await stop());
  const outcomes = JSON.parse(said) as Record<string, number>;
  const tried = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  assert.ok(tried >= tries, said);
  stage.count("tries to mount", tried);
  assert.equal(outcomes.nowhere, undefined);
  if (what === "parent") assert.deepEqual(Object.keys(outcomes).toSorted(), ["ELOOP", "attached"]);
  await nothingElsewhere(machine);
}

/** The compiled agent, which is made to mount by unmounting it, while the way to its target changes all the time. */
async function swappedUnderTheAgent(stage: Stage): Promise<void> {
  const machine = await stage.machine();
  await layATrap(machine);
  const stop = await swapping(machine, "parent");
  const agent = await stage.agent(machine);
  for (let round = 0; round < 5; round++) {
    await agent.probed(1);
    await machine.sh(`umount -l "$1" "$1".link/dumps 2>/dev/null || :`, { args: [machine.target] });
  }
  stage.count("swaps", await stop());
  await nothingElsewhere(machine);
  await machine.sh(`test -L "$1" && mv -T "$1" "$1".away && mv -T "$1".link "$1" || :`, { args: [machine.parent] });
  await agent.until("Healthy");
}

const elsewhere = (machine: Machine): string => join(machine.root, "elsewhere");

/** A directory outside in which a mount would do harm, and which the links lead to. */
async function layATrap(machine: Machine): Promise<void> {
  await machine.sh(`mkdir -p "$1"/dumps "$2"; ln -s "$1" "$2".link; ln -s "$1" "$3".link`, {
    args: [elsewhere(machine), machine.parent, machine.target],
  });
}

/** Nothing was made in it, mounted in it, or changed about it. */
async function nothingElsewhere(machine: Machine): Promise<void> {
  assert.equal(
    await machine.sh(`find "$1" | sort`, { args: [elsewhere(machine)] }),
    `${elsewhere(machine)}\n${elsewhere(machine)}/dumps`,
  );
  const outside = machine.mountinfo().filter(({ mountPoint }) => mountPoint.startsWith(elsewhere(machine)));
  assert.deepEqual(outside, []);
}

/** Exchanges a name and a link to elsewhere until it is stopped; then says how often. */
async function swapping(machine: Machine, what: "parent" | "target"): Promise<() => Promise<number>> {
  const swapper = compiled(join(import.meta.dir, "../linux/swapper.c"));
  const program = machine.run([swapper, machine[what], `${machine[what]}.link`]);
  await program.line((line) => line === "ready", { what: "the swapper to begin" });
  return async () => Number(await program.ask("stop"));
}
