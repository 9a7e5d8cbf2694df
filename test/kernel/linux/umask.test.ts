import { expect, test } from "bun:test";
import { Agent, releaseBuild } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

test("a service manager's umask does not keep applications out", async () => {
  using machine = await Machine.start();
  const binary = `${machine.root}/mooring`;
  await machine.write(binary, `#!/bin/sh\numask 077\nexec ${releaseBuild} "$@"\n`);
  await machine.sh(`chmod +x "$1"`, { args: [binary] });
  const target = `${machine.node}/srv/mooring/dumps`;
  const agent = await Agent.start(machine, { binary, mount: { target, directories: [{ path: "app/one" }] } });
  await agent.until("Healthy");
  const modes = await machine.sh(
    `cd "$1"; stat -c %a srv srv/mooring; cd "$2"; stat -c %a .mooring .mooring/volume.json app app/one`,
    {
      args: [machine.node, target],
    },
  );
  expect(modes.split("\n")).toEqual(["755", "755", "755", "644", "755", "755"]);
});
