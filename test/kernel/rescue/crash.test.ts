import { describe, expect, test } from "bun:test";
import type { FaultPoint } from "../../../agent/kernel/fault.ts";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { until } from "../harness/until.ts";
import { bareOf, elsewhere, inBare, lockedAndEmpty, options, volumeOf, withFault } from "./shadowed.ts";

/** Every step of a rescue, in the order in which it takes them. */
const steps: FaultPoint[] = [
  "rescue.begun",
  "rescue.locked",
  "rescue.held",
  "rescue.aside",
  "rescue.copied",
  "rescue.published",
  "rescue.settled",
  "rescue.removed",
  "rescue.swept",
];

const prepare = async (machine: Machine): Promise<void> => {
  await machine.sh(`echo theirs > "$1/taken"`, { args: [machine.source] });
  await inBare(
    machine,
    `mkdir -p app/deep; for n in 1 2 3; do echo $n > $n; echo app $n > app/$n; done; echo deep > app/deep/file
     ln -s 1 link; echo ours > taken`,
  );
};

/** Each file once and whole, in its place; nothing left below, and nothing of the agent's own left over. */
const expectWhole = async (machine: Machine, agent: Agent): Promise<void> => {
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe(
    `./1: 1
./2: 2
./3: 3
./app/
./app/1: app 1
./app/2: app 2
./app/3: app 3
./app/deep/
./app/deep/file: deep
./link -> 1
./taken: theirs`,
  );
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
  // Killed right after it had made the folder for what is taken, it leaves that empty, and the next one makes its own.
  const filled = "find rescued -mindepth 1 -maxdepth 1 ! -empty";
  const own = await machine.sh(`cd "$1"/.mooring/nodes/*; ls; ${filled} | wc -l; ${filled}`, {
    args: [machine.source],
  });
  const [probe, rescued, count, folder] = own.split("\n");
  expect([probe, rescued, count]).toEqual(["probe", "rescued", "1"]);
  expect(await elsewhere(machine, `.mooring/nodes/${await nodeOf(machine)}/${folder}`)).toBe("./taken: ours");
};

const nodeOf = (machine: Machine): Promise<string> => machine.sh(`ls "$1"/.mooring/nodes`, { args: [machine.source] });

/** Waits until a volume child has died, and kills its agent. */
const deathOf = async (agent: Agent): Promise<void> => {
  await agent.event("probed");
  agent.program.kill("SIGKILL");
  await agent.program.exited;
};

describe("a rescue that is killed", () => {
  test.each(steps)("at %s is finished by the next agent: nothing lost, nothing twice", async (step) => {
    using machine = await Machine.start();
    await prepare(machine);
    const agent = await Agent.start(machine, withFault(step));
    await deathOf(agent);
    await expectWhole(machine, await Agent.start(machine, options));
  });

  test("by somebody is finished by the same agent", async () => {
    using machine = await Machine.start();
    await prepare(machine);
    const agent = await Agent.start(machine, options);
    const below = await machine.below();
    await until(() => below.sh(`ls -d "$1"/.mooring-aside-*`, { args: [machine.target] }), {
      what: "a rescue",
      every: 1,
    });
    for (const pid of agent.children()) process.kill(pid, "SIGKILL");
    await expectWhole(machine, agent);
  });

  test("again while it puts back what the first one left", async () => {
    using machine = await Machine.start();
    await prepare(machine);
    await deathOf(await Agent.start(machine, withFault("rescue.aside")));
    await deathOf(await Agent.start(machine, withFault("rescue.back")));
    await expectWhole(machine, await Agent.start(machine, options));
  });

  test.each([["SIGKILL"], ["SIGTERM"]] as const)("together with its agent, again and again, by %s", async (signal) => {
    using machine = await Machine.start();
    await prepare(machine);
    const below = await machine.below();
    const moments: [Place, string][] = [
      [below, `ls -d "$1"/.mooring-aside-*`],
      [below, `ls "$1"/.mooring-aside-*/taken`],
      [machine, `ls "$2"/.mooring/nodes/*/rescued/*/taken`],
      [machine, `ls "$2/app/deep/file"`],
    ];
    for (const [place, moment] of moments) {
      const agent = await Agent.start(machine, options);
      await until(() => place.sh(moment, { args: [machine.target, machine.source] }), { what: moment, every: 1 });
      await agent.end(signal);
      // Folders are named after the second in which a rescue begins: the next one is to have another name.
      const second = Math.floor(Date.now() / 1000);
      await until(() => Math.floor(Date.now() / 1000) > second, { what: "the next second" });
    }
    await expectWhole(machine, await Agent.start(machine, options));
  });
});

describe("a rescue that the kernel refuses something", () => {
  test.each(["rescue.begun", "rescue.locked", "rescue.held", "rescue.aside"] as const)(
    "at %s puts back what it holds, says so, and is tried again",
    async (step) => {
      using machine = await Machine.start();
      await prepare(machine);
      const agent = await Agent.start(machine, withFault(`${step}:5`));
      expect(await agent.event("rescueLeft")).toMatchObject({ failed: 1, example: expect.stringContaining("EIO") });
      // It ends with the child, which fails in the same way each time.
      await agent.end();
      const below = await machine.below();
      expect(await below.sh(`ls -A "$1"`, { args: [machine.target] })).toBe("1\n2\n3\napp\nlink\ntaken");
      await expectWhole(machine, await Agent.start(machine, options));
    },
  );

  test.each(["rescue.copied", "rescue.published"] as const)("at %s tries that file again", async (step) => {
    using machine = await Machine.start();
    await prepare(machine);
    const agent = await Agent.start(machine, withFault(`${step}:5`));
    await expectWhole(machine, agent);
    expect(agent.events("rescueLeft")).toEqual([]);
  });
});

test("an agent that ends does not wait for a rescue", async () => {
  using machine = await Machine.start();
  await prepare(machine);
  const agent = await Agent.start(machine, options);
  const below = await machine.below();
  await until(() => below.sh(`ls -d "$1"/.mooring-aside-*`, { args: [machine.target] }), {
    what: "a rescue",
    every: 1,
  });
  const start = performance.now();
  expect(await agent.end()).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
});
