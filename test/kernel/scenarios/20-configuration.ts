import assert from "node:assert/strict";
import { join } from "node:path";
import type { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import type { Scenario } from "./scenario.ts";

export const configuration: Scenario = {
  number: 20,
  name: "configuration",
  promise: "a mount renamed in the configuration is attached before the old one goes; one removed pins no claim",
  async play(stage) {
    const machine = await stage.machine();
    const source = join(machine.root, "volumes/other");
    await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [source] });
    const dumps = { name: "dumps", source: machine.source, target: machine.target };
    const other = { name: "other", source, target: join(machine.parent, "other") };
    const renamed = { ...other, target: join(machine.parent, "renamed") };
    const agent = await stage.agent(machine, { config: { mounts: [dumps, other] } });
    await agent.until("Healthy");
    await agent.until("Healthy", "other");
    const before = machine.mountsAt(machine.target);
    const consumer = await stage.consumer(machine);

    await agent.reconfigure(machine, { config: { mounts: [dumps, renamed] } });
    await agent.event("released");
    await agent.until("Healthy", "other");
    const story = agent.program.log
      .map(({ event }) => String(event))
      .filter((each) => /^(attached|released)$/.test(each));
    assert.deepEqual(story, ["attached", "attached", "attached", "released"]);
    assert.deepEqual(machine.mountsAt(other.target), []);
    assert.equal(await lockOf(machine, other.target), "0 i");

    // Nobody tells an agent that starts what the one before it was configured to hold.
    await agent.end("SIGKILL");
    const moved = { ...other, target: join(machine.parent, "moved") };
    const next = await stage.agent(machine, { config: { mounts: [dumps, moved] } });
    await next.until("Healthy", "other");
    await until(() => machine.mountsAt(renamed.target).length === 0, { what: "the orphan to be released" });
    assert.equal(await lockOf(machine, renamed.target), "0 i");

    await next.reconfigure(machine, { config: { mounts: [dumps] } });
    await until(() => machine.mountsAt(moved.target).length === 0, { what: "the other to be released" });
    await machine.unmount(source);
    assert.deepEqual(
      (await next.status()).mounts.map(({ name }) => name),
      ["dumps"],
    );
    assert.ok(!(await next.get("/metrics")).body.includes(`mount="other"`));
    assert.deepEqual(machine.mountsAt(machine.target), before);
    assert.equal((await consumer.stop()).failed, 0);
  },
};

const lockOf = (machine: Machine, path: string): Promise<string> =>
  machine.sh(`echo "$(stat -c %a "$1") $(lsattr -d "$1" | cut -c5)"`, { args: [path] });
