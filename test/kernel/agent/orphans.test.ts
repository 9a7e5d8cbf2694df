import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, configFor } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { directoryIn } from "./directory-in.ts";

/** A machine on which an agent was killed that held two mounts; and what a configuration says of each. */
const start = async () => {
  const machine = await Machine.start();
  const source = join(machine.root, "volumes/other");
  await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [source] });
  const dumps = { name: "dumps", source: machine.source, target: machine.target };
  const other = { name: "other", source, target: join(machine.parent, "other") };
  const first = await Agent.start(machine, { config: { mounts: [dumps, other] } });
  await first.until("Healthy");
  await first.until("Healthy", "other");
  await first.end("SIGKILL");
  return { machine, dumps, other, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

const gone = (machine: Machine, target: string): Promise<unknown> =>
  until(() => machine.mountsAt(target).length === 0, { what: `${target} to be released` });

describe("an agent that starts with a new configuration", () => {
  test("releases what that does not name any more: nothing pins the claim, the bare directory stays locked", async () => {
    using at = await start();
    const { machine } = at;
    const consumer = await machine.consumer({ every: "tight" });
    const agent = await Agent.start(machine, { config: { mounts: [at.dumps] } });
    await gone(machine, at.other.target);
    await agent.until("Healthy");
    const { mode, immutable } = directoryIn(machine, at.other.target);
    expect({ mode, immutable }).toEqual({ mode: 0, immutable: true });
    await machine.unmount(at.other.source);
    expect((await agent.status()).mounts.map(({ name }) => name)).toEqual(["dumps"]);
    expect(await agent.event("orphanFound")).toMatchObject({ level: "info", target: at.other.target, ours: true });
    expect(await agent.ways()).toEqual(["adopted"]);
    expect((await consumer.stop()).failed).toBe(0);
  });

  test("that renames a target attaches the new one before it releases the old one", async () => {
    using at = await start();
    const { machine } = at;
    const target = join(machine.parent, "renamed");
    const agent = await Agent.start(machine, { config: { mounts: [at.dumps, { ...at.other, target }] } });
    await gone(machine, at.other.target);
    await agent.until("Healthy", "other");
    expect(machine.mountsAt(target)).toHaveLength(1);
    const story = agent.program.log.map(({ event, how }) => [event, how].join(" ").trim());
    const told = story.filter((event) => /^(attached|released)/.test(event));
    expect(told.slice(0, 2).toSorted()).toEqual(["attached adopted", "attached attached"]);
    expect(told.slice(2)).toEqual(["released"]);
  });

  test("releases an orphan whose directory was deleted, and one that lay under somebody's mount once that is gone", async () => {
    using at = await start();
    const { machine } = at;
    await machine.sh(`mount -t tmpfs foreign "$1"`, { args: [at.other.target] });
    const agent = await Agent.start(machine, { config: { mounts: [at.dumps] } });
    await agent.event("orphanFound");
    await agent.probed(3);
    expect(machine.mountsAt(at.other.target)).toHaveLength(2);
    await machine.unmount(at.other.target);
    await gone(machine, at.other.target);
    await machine.unmount(at.other.source);
  });

  test("releases nothing of an agent that is there; what that leaves behind goes when it has gone", async () => {
    using machine = await Machine.start();
    const source = join(machine.root, "volumes/other");
    await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [source] });
    const other = { name: "other", source, target: join(machine.parent, "other") };
    const path = join(machine.root, "other.yaml");
    await machine.write(path, configFor(machine, { config: { mounts: [other] } }));
    const theirs = await Agent.start(machine, { configPath: path });
    await theirs.until("Healthy", "other");
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await agent.probed(3);
    await theirs.probed(3, "other");
    expect(machine.mountsAt(other.target)).toHaveLength(1);
    expect([...agent.events("orphanFound"), ...theirs.events("orphanFound")]).toEqual([]);
    await theirs.end("SIGKILL");
    await gone(machine, other.target);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("of another instance leaves it, and says so", async () => {
    using at = await start();
    const { machine } = at;
    const agent = await Agent.start(machine, {
      config: { mounts: [at.dumps], kubernetes: { enabled: false, instance: "elsewhere" } },
    });
    expect(await agent.event("orphanFound")).toMatchObject({
      level: "warn",
      target: at.other.target,
      instance: "mooring",
      ours: false,
    });
    await agent.until("Healthy");
    await agent.probed(3);
    expect(machine.mountsAt(at.other.target)).toHaveLength(1);
    expect(agent.events("orphanFound")).toHaveLength(1);
  });

  test("leaves mounts of others beside its own alone", async () => {
    using at = await start();
    const { machine } = at;
    const plain = join(machine.parent, "plain");
    await machine.sh(`mkdir "$1"; mount -t tmpfs plain "$1"; : > "$1/file"; : > "$2"; mount --bind "$1/file" "$2"`, {
      args: [plain, join(machine.parent, "file")],
    });
    const agent = await Agent.start(machine, { config: { mounts: [at.dumps] } });
    await gone(machine, at.other.target);
    await agent.probed(2);
    expect(machine.mountsAt(plain)).toHaveLength(1);
    expect(machine.mountsAt(join(machine.parent, "file"))).toHaveLength(1);
    expect(agent.events("orphanFound")).toHaveLength(1);
    expect(agent.events("actionFailed")).toEqual([]);
  });
});
