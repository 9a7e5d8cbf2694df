import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, releaseBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const config = { monitor: { interval: "200ms", timeout: "180ms", failures: 3 } };

test("without CAP_DAC_OVERRIDE the sealed directory cannot be opened again, and need not be while it is held", async () => {
  using machine = await Machine.start();
  const binary = join(machine.root, "mooring");
  const less = `--bounding-set=-dac_override,-dac_read_search`;
  await machine.write(binary, `#!/bin/sh\nexec setpriv ${less} "${releaseBuild}" "$@"\n`);
  await machine.sh(`chmod 755 "$1"`, { args: [binary] });
  const agent = await Agent.start(machine, { binary, config });
  await agent.until("Healthy");
  await agent.probed(3);
  await machine.sh(`mount -t tmpfs foreign "$1"`, { args: [machine.target] });
  await agent.until("Wrong/ForeignMount");
  await machine.unmount(machine.target);
  await agent.until("Healthy");
  await machine.unmount(machine.target);
  await agent.event("attached", 2);
  await agent.until("Healthy");
  const said = agent.events("conditionChanged").map(({ reason }) => reason);
  expect(said.filter((reason) => reason === "ParentMissing")).toEqual([]);
  expect(agent.events("actionFailed")).toEqual([]);
});
