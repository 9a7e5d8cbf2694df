import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, configFor } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

test("a configuration that changes while the agent starts is taken over all the same", async () => {
  using machine = await Machine.start();
  const before = configFor(machine);
  const after = configFor(machine, { config: { log: { level: "debug" } } });
  const path = join(machine.root, "mooring.yaml");
  // A FIFO gives the old text to the first who opens it; by then the file of the new one has its name.
  await machine.sh(`mkfifo "$1"`, { args: [path] });
  const change = machine.sh(`exec 3>"$1"; printf %s "$3" > "$1".new; mv "$1".new "$1"; printf %s "$2" >&3`, {
    args: [path, before, after],
  });
  const agent = await Agent.start(machine, { configPath: path });
  await change;
  expect(await agent.event("configReloaded")).toMatchObject({ mounts: 1 });
  await agent.event("probed");
  expect(agent.events("configReloaded")).toHaveLength(1);
});

test("a configuration file that is touched, and is the same as before, is no news", async () => {
  using machine = await Machine.start();
  const agent = await Agent.start(machine, { config: { monitor: { interval: "300ms" } } });
  await agent.until("Healthy");
  await machine.sh(`touch "$1"`, { args: [agent.configPath] });
  // Longer than between two looks at the file.
  await agent.probed(8);
  expect(agent.events("configReloaded")).toEqual([]);
  agent.program.kill("SIGHUP");
  await agent.event("configReloaded");
});
