import { describe, expect, test } from "bun:test";
import type { FaultPoint } from "../../../agent/kernel/fault.ts";
import { Agent, type AgentOptions, configFor, releaseBuild, testBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Program } from "../harness/program.ts";
import { until } from "../harness/until.ts";

const options: AgentOptions = { binary: testBuild, config: { monitor: { interval: "200ms", timeout: "180ms" } } };
const withFault = (fault: string): AgentOptions => ({ ...options, env: { MOORING_FAULT: fault } });

/** Brings an agent to where its steps begin. What it returns is lived through once more by the next agent. */
interface Situation {
  points: FaultPoint[];
  /** From Healthy; null when the steps begin at the start. */
  provoke: ((machine: Machine, agent: Agent) => Promise<unknown>) | null;
  /** What the target shows in the end. */
  volume: string;
}

const situations: Record<string, Situation> = {
  "the first attach": {
    points: [
      "secure.locked",
      "seal.open",
      "seal.recorded",
      "secure.sealed",
      "attach.recorded",
      "attach.attached",
      "anchor.held",
    ],
    provoke: null,
    volume: "scratch",
  },
  healing: {
    points: ["heal.attached"],
    provoke: (machine) => machine.sh(`umount -l "$1"`, { args: [machine.target] }),
    volume: "scratch",
  },
  replacing: {
    points: ["replace.recorded", "replace.beneath", "replace.replaced"],
    provoke: (machine) => machine.sh(`mount -t tmpfs another "$1"`, { args: [machine.source] }),
    volume: "another",
  },
};

const cases = Object.entries(situations).flatMap(([name, { points, ...rest }]) =>
  points.map((point) => [name, point, rest] as const),
);

/** The right volume and nothing else at the target, locked below, with the agent's word for it. */
const expectWhole = async (machine: Machine, agent: Agent, volume: string) => {
  await until(
    () =>
      machine
        .mountsAt(machine.target)
        .map(({ source }) => source)
        .join() === volume,
    {
      what: `${volume} alone at the target`,
    },
  );
  await agent.until("Healthy");
  await until(async () => (await agent.mount()).bareDirectory?.locked, { what: "the bare directory to be locked" });
  const below = await machine.below();
  expect(await below.sh(`stat -c %a "$1"; lsattr -d "$1" | cut -c5`, { args: [machine.target] })).toBe("0\ni");
};

const started = async (machine: Machine, fault: string): Promise<Program> => {
  const path = `${machine.root}/mooring.yaml`;
  await machine.write(path, configFor(machine, options));
  return machine.run([testBuild, "run", "--config", path], { env: { MOORING_FAULT: fault } });
};

describe("killed in the middle of", () => {
  test.each(cases)("%s, at %s: the next agent finishes it", async (_, point, { provoke, volume }) => {
    using machine = await Machine.start();
    if (provoke === null) {
      const program = await started(machine, point);
      expect((await program.exited).signal).toBe("SIGKILL");
      const next = await Agent.start(machine, options);
      return await expectWhole(machine, next, volume);
    }
    const agent = await Agent.start(machine, withFault(point));
    await agent.until("Healthy");
    const consumer = volume === "another" ? await machine.consumer({ every: "tight" }) : null;
    await provoke(machine, agent);
    expect((await agent.program.exited).signal).toBe("SIGKILL");
    const next = await Agent.start(machine, options);
    await expectWhole(machine, next, volume);
    if (consumer) expect((await consumer.stop()).failed).toBe(0);
  });

  test.each(["detach.due", "detach.detached"] as const)("releasing, at %s: release finishes it", async (point) => {
    using machine = await Machine.start();
    const config = { ...options.config, exit: "release" };
    const agent = await Agent.start(machine, { ...withFault(point), config });
    await agent.until("Healthy");
    expect(await agent.end()).toBe("SIGKILL");
    const next = await Agent.start(machine, { ...options, config });
    await expectWhole(machine, next, "scratch");
    expect(await next.end()).toBe(0);
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });
});

describe("refused by the kernel in the middle of", () => {
  test.each(cases)("%s, at %s: said, and tried again until it is whole", async (_, point, { provoke, volume }) => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, withFault(`${point}:5`));
    if (provoke !== null) {
      await agent.until("Healthy");
      await provoke(machine, agent);
    }
    const failed = await agent.event("actionFailed");
    expect(failed).toMatchObject({ level: "error", code: "EIO", path: point });
    await expectWhole(machine, agent, volume);
    expect(agent.events("actionFailed")).toHaveLength(1);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await until(() => machine.mountsAt(machine.target).length === 1, { what: "it to be healed" });
    expect(await agent.end()).toBe(0);
  });
});

describe("the death of the keeper's thread", () => {
  test("ends the process with 1 and says why; the next agent puts things right", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, withFault("heal.attached:throw"));
    await agent.until("Healthy");
    const begin = performance.now();
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.until("Unknown/KeeperDied");
    expect((await agent.get("/readyz")).code).toBe(503);
    expect(await agent.program.exited).toMatchObject({ code: 1 });
    expect(performance.now() - begin).toBeLessThan(5000);
    const [died, ...more] = agent.events("keeperDied");
    expect(died).toMatchObject({ level: "fatal", error: expect.stringContaining("fault at heal.attached") });
    expect(more).toEqual([]);
    // The stack, and not the whole minified source line that the runtime shows with it.
    expect(String(died?.error).length).toBeLessThan(1500);
    expect(agent.program.errors).toEqual([]);
    await expectWhole(machine, await Agent.start(machine, options), "scratch");
  });
});

test("the release build knows nothing of faults", async () => {
  for (const name of ["MOORING_FAULT", "MOORING_STEPS"]) {
    const knows = (binary: string) => Bun.spawnSync(["grep", "-aqF", name, binary]).exitCode === 0;
    expect({ test: knows(testBuild), release: knows(releaseBuild) }).toEqual({ test: true, release: false });
  }
  using machine = await Machine.start();
  const agent = await Agent.start(machine, { env: { MOORING_FAULT: "secure.locked,attach.recorded:5" } });
  await agent.until("Healthy");
  expect(agent.events("actionFailed")).toEqual([]);
});
