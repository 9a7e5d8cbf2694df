import { join } from "node:path";
import type { FaultPoint } from "../../../../agent/kernel/fault.ts";
import { Agent, testBuild } from "../../../kernel/harness/agent.ts";
import { until } from "../../../kernel/harness/until.ts";
import { always, type Fault } from "./fault.ts";

const points: readonly FaultPoint[] = [
  ...(["secure.locked", "seal.open", "seal.recorded", "secure.sealed", "attach.recorded", "attach.attached"] as const),
  ...(["heal.due", "heal.attached", "replace.recorded", "replace.beneath", "replace.replaced", "anchor.held"] as const),
];

export const restart = (signal: "SIGTERM" | "SIGKILL"): Fault => ({
  name: `${signal}, restart`,
  weight: 4,
  endsAgent: true,
  can: always,
  async make(world) {
    await world.endAgent(signal);
    await world.startAgent();
    return null;
  },
});

export const breakAtPoint: Fault = {
  name: "agent broken at a fault point",
  weight: 4,
  endsAgent: true,
  can: always,
  async make(world) {
    await world.endAgent("SIGKILL");
    const how = world.dice.pick(["kill", "kill", "throw", "5", "28"]);
    const mayDie = how === "kill" || how === "throw";
    await world.startAgent({ env: { MOORING_FAULT: `${world.dice.pick(points)}:${how}` }, mayDie });
    return null;
  },
};

/** Any two: of the keeper, or of the volume child, which marks, rescues and makes directories. */
export const killBetweenSteps: Fault = {
  name: "agent killed between two steps",
  weight: 6,
  endsAgent: true,
  can: always,
  async make(world) {
    const { machine, dice } = world;
    const plan = join(machine.root, "steps");
    const order = dice.pick([`keeper ${1 + dice.below(12)} kill`, `child ${1 + dice.below(40)} kill`]);
    await world.endAgent("SIGKILL");
    await machine.sh(`rm -f "$1" "$1.log"`, { args: [plan] });
    const fromTheStart = dice.below(2) === 0;
    if (fromTheStart) await machine.write(plan, order);
    await world.startAgent({ env: { MOORING_STEPS: plan }, mayDie: true });
    if (!fromTheStart) await machine.write(plan, order);
    return null;
  },
};

export const secondAgent: Fault = {
  name: "second agent, takes over",
  weight: 2,
  endsAgent: true,
  can: always,
  async make(world) {
    const second = await Agent.start(world.machine, { binary: testBuild, configPath: world.agent.configPath });
    await until(async () => (await second.mount("dumps")).condition.state !== "Unknown", {
      what: "the second to look",
    });
    await world.endAgent("SIGKILL");
    world.agent = second;
    world.mayDie = false;
    return null;
  },
};
