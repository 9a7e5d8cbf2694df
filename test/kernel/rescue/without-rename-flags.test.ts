import { expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { bareOf, elsewhere, inBare, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

/** A volume that can only link to be sure to replace nothing, as NFS. */
const start = async () => {
  const machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  await volume.withoutRenameFlags();
  return machine;
};

test("into a volume that cannot rename without replacing, files and new directories move and keep one name", async () => {
  using machine = await start();
  await inBare(
    machine,
    `mkdir -p -m 2751 app/deep; chown 1000:2000 app app/deep; echo one > one; echo two > app/two; echo three > app/deep/three
     ln -s one link`,
  );
  const facts = (root: string): Promise<string> =>
    machine.sh(`cd "$1"; stat -c '%n %a %u %g' app app/deep; stat -c '%n %h' one app/two app/deep/three`, {
      args: [root],
    });
  const before = await facts(machine.target);
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe(
    "./app/\n./app/deep/\n./app/deep/three: three\n./app/two: two\n./link -> one\n./one: one",
  );
  expect(await facts(machine.source)).toBe(before);
  expect(await machine.sh(`ls "$1"/.mooring/nodes/*`, { args: [machine.source] })).toBe("probe");
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
  expect(agent.events("rescueLeft")).toEqual([]);
});

test("what has a taken name there goes elsewhere, directories too", async () => {
  using machine = await start();
  await machine.sh(`cd "$1"; echo theirs > taken; echo theirs > blocked`, { args: [machine.source] });
  await inBare(machine, "mkdir -p blocked/deep; echo ours > taken; echo ours > blocked/deep/file");
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe("./blocked: theirs\n./taken: theirs");
  const folder = String(agent.events("rescued")[0]?.folder);
  expect(await elsewhere(machine, folder)).toBe("./blocked/deep/file: ours\n./taken: ours");
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});
