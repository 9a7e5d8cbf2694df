import assert from "node:assert/strict";
import { join } from "node:path";
import { releaseBuild } from "../harness/agent.ts";
import type { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";

/** An application behind `mooring wait`, as an init container runs it: what it writes then, and where, is its own doing. */
const gated = async (machine: Machine) => {
  const consumer = await machine.peer("slave");
  const script = `"$1" wait --timeout 30s "$2" && echo begun && echo mine > "$2"/"$3"`;
  const start = (name: string) => consumer.run(["sh", "-c", script, "sh", releaseBuild, machine.target, name]);
  return { consumer, start };
};

export const order: Scenario = {
  number: 5,
  name: "order",
  promise: "a consumer behind mooring wait begins on the volume, never on the bare directory, whoever starts first",
  async play(stage) {
    const machine = await stage.machine();
    // Looks like a volume that is ready, and is none: what an earlier life wrote to the bare directory.
    await machine.sh(`mkdir "$1"; echo 01234567-89ab-cdef-0123-456789abcdef > "$1"/.ready`, { args: [machine.target] });
    const { consumer, start } = await gated(machine);
    const first = start("first");
    await until(() => first.errors.length > 0, { what: "it to say what it waits for" });
    assert.equal(first.ending, null);
    await machine.sh(`rm "$1"/.ready`, { args: [machine.target] });

    const agent = await stage.healthy(machine);
    assert.equal((await first.exited).code, 0);
    const second = start("second");
    assert.equal((await second.exited).code, 0);
    for (const name of ["first", "second"]) assert.equal(await machine.read(join(machine.source, name)), "mine");
    assert.equal(consumer.mountsAt(machine.target).length, 1);

    await agent.end("SIGKILL");
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    const third = start("third");
    await until(() => third.errors.length > 0, { what: "it to say what it waits for" });
    await stage.healthy(machine);
    assert.equal((await third.exited).code, 0);
    assert.equal(await machine.read(join(machine.source, "third")), "mine");
    const below = await machine.below();
    await below.sh(`chmod 700 "$1" 2>/dev/null || :; test -z "$(ls -A "$1")"`, { args: [machine.target] });
  },
};
