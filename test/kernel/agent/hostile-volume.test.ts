import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Agent, type AgentOptions } from "../harness/agent.ts";
import { compiled } from "../harness/compile.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const nodeFolder = `.mooring/nodes/${hostname()}`;
const options: AgentOptions = {
  mount: {
    directories: [
      { path: "app-one", uid: 1000, gid: 1000, mode: "0770" },
      { path: "app-one/deep", uid: 1000, gid: 1000, mode: "0770" },
      { path: "app-two", uid: 2000, gid: 2000, mode: "0770" },
    ],
  },
  config: { monitor: { interval: "300ms", timeout: "290ms", failures: 100 } },
};

/** A socket stays when whoever listens on it is killed. */
const listenAndDie = `require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;

/** What an application puts at "$1"; "$2" lies outside of the volume. */
const obstacles: Record<string, string> = {
  "a link to a file outside": `ln -sT "$2/file" "$1"`,
  "a link to a folder outside": `ln -sT "$2" "$1"`,
  "a link to nowhere": `ln -sT nowhere "$1"`,
  "a FIFO": `mkfifo "$1"`,
  "a socket": `cd "$(dirname "$1")"; '${process.execPath}' -e '${listenAndDie}' "$(basename "$1")" || [ -S "$1" ]`,
  "a character device": `mknod "$1" c 5 0`,
  "a block device": `mknod "$1" b 7 0`,
  "a full folder": `mkdir "$1"; : > "$1/file"`,
  "a file of 10 GB": `truncate -s 10G "$1"`,
  garbage: `head -c 3000000 /dev/urandom > "$1"`,
  "a file that nobody may read": `: > "$1"; chmod 0 "$1"`,
  "an immutable file": `: > "$1"; chattr +i "$1"`,
};

/** Names that can be taken at once. */
const together: string[][] = [
  [".mooring"],
  [".mooring/nodes"],
  [nodeFolder, "app-one"],
  [".ready", ".mooring/volume.json", `${nodeFolder}/probe`, "app-one/deep", "app-two"],
];

const layOutside = `
  mkdir -p "$1/nodes/${hostname()}" "$1/deep"; echo precious > "$1/file"
  for name in .ready volume.json probe "nodes/${hostname()}/probe"; do echo precious > "$1/$name"; done; chown -R 7:7 "$1"`;
const everything = `
  cd "$1"; find . -printf '%p %y %m %U %G %s %n %i %T@ %C@\\n' | LC_ALL=C sort; find . -type f -exec cat {} +`;

const peakMegabytes = (agent: Agent): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${agent.program.pid}/status`, "utf8"))?.[1]) / 1024;

/** A machine with something precious beside its volume. */
const prepared = async () => {
  const machine = await Machine.start();
  const outside = `${machine.root}/outside`;
  await machine.sh(layOutside, { args: [outside] });
  const look = () => machine.sh(everything, { args: [outside] });
  const before = await look();
  const put = (name: string, obstacle: string) =>
    // Again when the agent was faster and made its own there.
    machine.sh(`until (rm -rf "$1"; ${obstacle}) 2>/dev/null; do :; done`, {
      args: [`${machine.source}/${name}`, outside],
    });
  return {
    machine,
    put,
    expectUntouched: async () => expect(await look()).toBe(before),
    [Symbol.dispose]: () => machine[Symbol.dispose](),
  };
};

/** It serves, whatever lies in its way, and says so. */
const expectServing = async (agent: Agent): Promise<void> => {
  const { attached, condition } = await agent.mount();
  expect([attached, condition.message]).toEqual([true, expect.any(String)]);
  expect(["Verified", "MarkersBlocked", "DirectoryBlocked", "ProbeSlow"]).toContain(condition.reason);
  expect((await agent.get("/readyz")).code).toBe(200);
};

const clear = `chattr -i "$1" 2>/dev/null || true; rm -rf "$1"`;

test.each(Object.entries(obstacles))(
  "%s is there before the agent is: it serves, and says what is in its way",
  async (_, obstacle) => {
    using at = await prepared();
    const { machine } = at;
    for (const name of [".mooring", ".ready", "app-one"]) await at.put(name, obstacle);
    const agent = await Agent.start(machine, options);
    await until(async () => (await agent.mount()).attached, { what: "it to be attached" });
    await agent.probed();
    await expectServing(agent);
    await at.expectUntouched();
    for (const name of [".mooring", ".ready", "app-one"])
      await machine.sh(clear, { args: [`${machine.source}/${name}`] });
    await agent.until("Healthy");
    // It may have been well all the time, so that says nothing of what is made after the next probe only.
    await until(
      async () =>
        (await machine.sh(`stat -c '%F %u %g %a' "$1/app-one"`, { args: [machine.target] })) ===
        "directory 1000 1000 770",
      { what: "the application's directory to be made" },
    );
    expect(agent.program.errors).toEqual([]);
  },
);

test("whatever takes the place of whatever later: it serves, nothing outside is touched, and it is well again afterwards", async () => {
  await Promise.all(
    together.map(async (names) => {
      using at = await prepared();
      const { machine } = at;
      const agent = await Agent.start(machine, options);
      await agent.until("Healthy");
      for (const [what, obstacle] of Object.entries(obstacles)) {
        for (const name of names) await at.put(name, obstacle);
        await agent.probed();
        await expectServing(agent);
        for (const name of names) await machine.sh(clear, { args: [`${machine.source}/${name}`] });
        await until(async () => (await agent.mount()).condition.reason === "Verified", {
          what: `${what} to be forgotten`,
        });
      }
      await at.expectUntouched();
      expect(agent.events("attached")).toHaveLength(1);
      expect(agent.program.errors).toEqual([]);
      expect(agent.children().length).toBeLessThanOrEqual(1);
      expect(peakMegabytes(agent)).toBeLessThan(200);
    }),
  );
});

test("names swapped for links outside in a tight loop never lead there, and a heal does not wait for it", async () => {
  using at = await prepared();
  const { machine } = at;
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  const names = [nodeFolder, ".ready", "app-one", "app-two"];
  for (const name of names) await at.put(`swap-${names.indexOf(name)}`, `ln -s "$2" "$1"`);
  const swappers = names.map((name, index) =>
    machine.run([
      compiled(join(import.meta.dir, "../linux/swapper.c")),
      `${machine.source}/${name}`,
      `${machine.source}/swap-${index}`,
    ]),
  );
  await agent.probed(10);
  await expectServing(agent);
  await machine.sh(`umount -l "$1"`, { args: [machine.target] });
  expect((await agent.event("attached", 2)).how).toBe("healed");
  await agent.probed();
  await expectServing(agent);
  for (const swapper of swappers) expect(Number(await swapper.ask("stop"))).toBeGreaterThan(100);
  await at.expectUntouched();
});
