import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, configFor, releaseBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { messageOf, until } from "../harness/until.ts";

/** A machine with two volumes, and the configuration of a mount of each. */
const start = async () => {
  const machine = await Machine.start();
  const source = join(machine.root, "volumes/other");
  await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [source] });
  const dumps = { name: "dumps", source: machine.source, target: machine.target };
  const other = { name: "other", source, target: join(machine.parent, "other") };
  return { machine, dumps, other, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

describe("a configuration that cannot be read again", () => {
  const cases: [from: string, command: string][] = [
    ["standard input", `exec "$1" run --config - < "$2"`],
    ["the environment", `export MOUNT_PATHS="$3" HTTP_PORT=0; exec "$1" run`],
  ];
  test.each(cases)("from %s: SIGHUP is answered, and changes nothing", async (from, command) => {
    using machine = await Machine.start();
    const path = `${machine.root}/mooring.yaml`;
    await machine.write(path, configFor(machine));
    const paths = `${machine.source}:${machine.target}`;
    const program = machine.run(["sh", "-c", command, "sh", releaseBuild, path, paths]);
    await program.line((line) => line.includes('"how":"attached"'), { what: "it to be attached" });
    program.kill("SIGHUP");
    await program.line((line) => line.includes("configRejected"), { what: "an answer" });
    expect(program.log.filter(({ event }) => event === "configRejected")).toMatchObject([
      { level: "error", path: from, msg: expect.stringContaining("it cannot be read again; restart the agent") },
    ]);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    program.kill("SIGTERM");
    expect((await program.exited).code).toBe(0);
  });
});

describe("a changed configuration", () => {
  test("that adds a mount: attached, the others are not touched", async () => {
    using at = await start();
    const agent = await Agent.start(at.machine);
    await agent.until("Healthy");
    const [before] = at.machine.mountsAt(at.machine.target);
    await agent.reconfigure(at.machine, { config: { mounts: [at.dumps, at.other] } });
    await agent.until("Healthy", "other");
    expect(at.machine.mountsAt(at.machine.target)).toEqual(before ? [before] : []);
    expect(agent.events("attached")).toHaveLength(2);
    expect(await agent.event("configReloaded")).toMatchObject({ level: "info", mounts: 2 });
  });

  test("that renames a mount changes its label and nothing else", async () => {
    using at = await start();
    const agent = await Agent.start(at.machine);
    await agent.until("Healthy");
    const [before] = at.machine.mountsAt(at.machine.target);
    await agent.reconfigure(at.machine, { mount: { name: "heaps" } });
    await agent.until("Healthy", "heaps");
    await until(async () => (await agent.metric(`volume_mount_checks_total{mount="heaps"}`)) > 0, { what: "a probe" });
    expect((await agent.get("/metrics")).body).not.toContain(`mount="dumps"`);
    expect(at.machine.mountsAt(at.machine.target)).toEqual(before ? [before] : []);
    expect(agent.events("attached")).toHaveLength(1);
  });

  test("that gives a target another source: replaced, and no write of a consumer fails", async () => {
    using at = await start();
    const agent = await Agent.start(at.machine);
    await agent.until("Healthy");
    const consumer = await at.machine.consumer({ every: "tight" });
    await agent.reconfigure(at.machine, { mount: { source: at.other.source } });
    await until(() => at.machine.mountsAt(at.machine.target)[0]?.source === "other", { what: "the other source" });
    await agent.until("Healthy");
    expect((await consumer.stop()).failed).toBe(0);
    await at.machine.unmount(at.machine.source);
  });

  test("that removes a mount whose volume is hung: released all the same", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const second = join(machine.root, "volumes/second");
    await machine.sh(`mkdir "$1"; mount -t tmpfs second "$1"`, { args: [second] });
    const kept = { name: "kept", source: second, target: join(machine.parent, "kept") };
    const hung = { name: "hung", source: machine.source, target: machine.target };
    const agent = await Agent.start(machine, { config: { mounts: [kept, hung] } });
    await agent.until("Healthy", "hung");
    await volume.silent();
    await agent.until("Hung", "hung");
    await agent.reconfigure(machine, { config: { mounts: [kept] } });
    await until(() => machine.mountsAt(machine.target).length === 0, { what: "the hung one to be released" });
    await agent.until("Healthy", "kept");
    await volume.answer();
    await until(() => agent.children().length === 0, { what: "the stuck child to end" });
  });

  test("is noticed by itself: the file written anew, and the symbolic links of a ConfigMap swapped", async () => {
    using at = await start();
    const { machine } = at;
    const swap = `mkdir "$1/..$2"; printf %s "$3" > "$1/..$2/mooring.yaml"; ln -sfn "..$2" "$1/..data.new"; mv -T "$1/..data.new" "$1/..data"`;
    const folder = join(machine.root, "config");
    const one = configFor(machine);
    await machine.sh(`mkdir "$1"; ${swap}; ln -s ..data/mooring.yaml "$1/mooring.yaml"`, {
      args: [folder, "one", one],
    });
    const agent = await Agent.start(machine, { configPath: join(folder, "mooring.yaml") });
    await agent.until("Healthy");
    await machine.sh(swap, { args: [folder, "two", configFor(machine, { config: { mounts: [at.dumps, at.other] } })] });
    await agent.until("Healthy", "other");
    await machine.write(agent.configPath, one);
    await until(() => machine.mountsAt(at.other.target).length === 0, { what: "the other to be released" });
  });

  test.each([
    ["no YAML", "mounts: [", "not valid YAML"],
    ["an unknown key", "monitoring: {}", "monitoring"],
    ["nothing", "", "mounts"],
  ])(
    "that is broken (%s): the old one stays, and both log and status say so, until it is right",
    async (_, text, what) => {
      using at = await start();
      const agent = await Agent.start(at.machine);
      await agent.until("Healthy");
      await at.machine.write(agent.configPath, text);
      agent.program.kill("SIGHUP");
      expect(await agent.event("configRejected")).toMatchObject({ level: "error", msg: expect.stringContaining(what) });
      const { config, mounts } = await agent.status();
      expect(config.rejected.join()).toContain(what);
      expect(mounts.map(({ name }) => name)).toEqual(["dumps"]);
      await at.machine.sh(`umount -l "$1"`, { args: [at.machine.target] });
      await agent.event("attached", 2);
      await agent.reconfigure(at.machine, { config: { mounts: [at.dumps, at.other] } });
      await agent.until("Healthy", "other");
      expect((await agent.status()).config.rejected).toEqual([]);
    },
  );

  test("of the log's level and of the port takes effect", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    expect(agent.events("probed")).toEqual([]);
    const port = await freePort();
    await agent.reconfigure(machine, {
      config: { log: { level: "debug" }, http: { host: "127.0.0.1", port } },
    });
    await agent.event("probed");
    await agent.event("listening", 2);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    expect(await messageOf(agent.get("/livez"))).toMatch(/connect/i);
    expect(agent.program.ending).toBeNull();
  });

  test("of the instance is for the next pod: told, and no record names it", async () => {
    using at = await start();
    const agent = await Agent.start(at.machine);
    await agent.until("Healthy");
    const { instance } = await agent.status();
    await agent.reconfigure(at.machine, {
      config: { mounts: [at.dumps, at.other], kubernetes: { instance: "renamed" } },
    });
    expect(await agent.event("newPodNeeded")).toMatchObject({ level: "warn", keys: ["kubernetes.instance"] });
    await agent.until("Healthy", "other");
    expect((await agent.status()).instance).toBe(instance);
    const record = await at.machine.sh(`cat "$1/.mooring/volume.json"`, { args: [at.other.source] });
    expect(JSON.parse(record)).toMatchObject({ instance, mount: "other" });
  });

  test("whose port is taken: says so, holds the mounts, and listens once it is free", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("taken") });
    const port = Number(taken.port);
    try {
      await agent.reconfigure(machine, { config: { http: { host: "127.0.0.1", port } } });
      expect(await agent.event("listenFailed")).toMatchObject({
        level: "error",
        msg: expect.stringContaining("in use"),
      });
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await agent.event("attached", 2);
    } finally {
      await taken.stop(true);
    }
    await agent.event("listening", 2);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  });
});

const freePort = async (): Promise<number> => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const port = Number(server.port);
  await server.stop(true);
  return port;
};
