import { expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const middle = (times: number[]): string => (times.sort((a, b) => a - b)[times.length >> 1] ?? 0).toFixed(0);

test("from its start to the mount being there, and to Healthy: printed, as it is the machine's to say", async () => {
  const mounted: number[] = [];
  const healthy: number[] = [];
  for (let round = 0; round < 5; round++) {
    using machine = await Machine.start();
    const begin = performance.now();
    const starting = Agent.start(machine);
    await until(() => machine.mountsAt(machine.target).length === 1, { what: "the mount", every: 1 });
    mounted.push(performance.now() - begin);
    const agent = await starting;
    await agent.until("Healthy");
    healthy.push(performance.now() - begin);
  }
  console.log(
    `start to mounted: ${middle(mounted)} ms; to Healthy as HTTP tells it: ${middle(healthy)} ms (middle of 5)`,
  );
  expect(mounted).toHaveLength(5);
});
