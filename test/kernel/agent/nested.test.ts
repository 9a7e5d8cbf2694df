import { expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, configFor, mooring } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

const config = { monitor: { interval: "300ms", timeout: "250ms", failures: 3 } };

test("a target inside one that another life left behind is refused, with the way out, and nothing in that volume is touched", async () => {
  using machine = await Machine.start();
  const other = join(machine.root, "volumes/other");
  const app = join(machine.source, "app");
  await machine.sh(`mkdir "$1" "$2"; mount -t tmpfs other "$1"; : > "$2/heap.hprof"`, { args: [other, app] });
  const first = await Agent.start(machine, { config });
  await first.until("Healthy");
  await first.end("SIGKILL");

  const inside = { mount: { name: "inside", source: other, target: join(machine.target, "app") }, config };
  const listing = () =>
    machine.sh(`cd "$1"; find . ! -path './.mooring/*' -printf '%p %m %C@\\n' | sort`, { args: [machine.source] });
  const before = await listing();
  const refused = async (): Promise<void> => {
    const agent = await Agent.start(machine, inside);
    await agent.until("Broken/ParentMissing", "inside");
    expect((await agent.status()).mounts[0]?.condition.message).toContain(`lies inside ${machine.target}, a target of`);
    expect(await agent.end()).toBe(0);
    expect(await listing()).toBe(before);
  };
  await refused();
  await machine.unmount(machine.target);
  await refused();

  const earlier = join(machine.root, "earlier.yaml");
  await machine.write(earlier, configFor(machine, { config }));
  const { out } = await mooring(machine, ["release", "--purge", "--config", earlier]);
  expect(out).toContain("bare directory removed");
  const agent = await Agent.start(machine, inside);
  await agent.until("Healthy", "inside");
  expect(await listing()).toBe(before);
});
