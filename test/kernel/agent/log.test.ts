import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const config = { monitor: { interval: "400ms", timeout: "380ms", failures: 3 } };

/** Level and event of each line, without those of the start. */
const story = (agent: Agent): string[] => {
  const lines = agent.program.log.map(({ level, event, state }) => [level, event, state].join(" ").trim());
  return lines.slice(lines.indexOf("info conditionChanged Healthy") + 1);
};

/** On a busy machine a probe may take longer than this test allows it, and that is told, too. */
const storyWithoutSlowness = (agent: Agent): string[] =>
  story(agent).filter((line) => !/probe(Stuck|Answered)|Degraded/.test(line));

const start = async () => {
  const machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  const agent = await Agent.start(machine, { config });
  await agent.until("Healthy");
  return { machine, volume, agent, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

describe("the log", () => {
  test("says nothing while all is well, at the level that people run with", async () => {
    using at = await start();
    await at.agent.probed(3);
    expect(storyWithoutSlowness(at.agent)).toEqual([]);
    const lines = at.agent.program.log;
    expect(lines.every(({ time, pass, msg }) => typeof time === "string" && typeof pass === "number" && msg)).toBe(
      true,
    );
  });

  test("says once what is broken, however often it is found so, and once that it is well", async () => {
    using at = await start();
    await at.volume.errno("EIO");
    await at.agent.until("Broken");
    await at.agent.probed(3);
    await at.volume.answer();
    await at.agent.until("Healthy");
    expect(storyWithoutSlowness(at.agent)).toEqual([
      "warn probed",
      "error conditionChanged Broken",
      "info conditionChanged Healthy",
    ]);
    const [broken] = at.agent.events("conditionChanged").filter(({ state }) => state === "Broken");
    expect(broken?.msg).toContain(at.machine.target);
  });

  test("says once that a volume is silent, and what became of it", async () => {
    using at = await start();
    await at.volume.silent();
    await at.agent.until("Hung");
    await at.agent.probed(3);
    await at.volume.answer();
    await at.agent.until("Healthy");
    expect(story(at.agent)).toEqual([
      "warn probeStuck",
      "warn conditionChanged Degraded",
      "error conditionChanged Hung",
      "warn probeAnswered",
      "info conditionChanged Healthy",
    ]);
  });

  test("says once what the kernel refuses, however often it is tried", async () => {
    using machine = await Machine.start();
    await machine.sh(`mount -o remount,ro "$1"`, { args: [machine.node] });
    const agent = await Agent.start(machine, { config: { ...config, log: { level: "debug" } } });
    await agent.event("actionFailed", 5);
    const { condition } = await agent.until("Broken");
    expect(condition.message).toContain("EROFS (its file system is read-only)");
    const levels = agent.events("actionFailed").map(({ level }) => level);
    expect(levels).toEqual(["error", ...Array(levels.length - 1).fill("debug")]);
    await machine.sh(`mount -o remount,rw "$1"`, { args: [machine.node] });
    await agent.until("Healthy");
  });

  test("says once that somebody covered the mount, and once that it was lost and healed", async () => {
    using at = await start();
    await at.machine.sh(`mount -t tmpfs foreign "$1"`, { args: [at.machine.target] });
    await at.agent.until("Wrong");
    await at.agent.probed(3);
    await at.machine.sh(`umount -l "$1"`, { args: [at.machine.target] });
    await at.agent.until("Healthy");
    await at.machine.sh(`umount -l "$1"`, { args: [at.machine.target] });
    await at.agent.event("attached", 2);
    expect(storyWithoutSlowness(at.agent)).toEqual([
      "error conditionChanged Wrong",
      "info conditionChanged Healthy",
      "warn attached",
    ]);
  });
});
