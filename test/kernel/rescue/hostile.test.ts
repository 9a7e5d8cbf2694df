import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { bareOf, inBare, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

const MARKS = ".mooring";
const NODES = ".mooring/nodes";

/** What an application of the volume may put in the place of "$1"; "$2" is a directory outside of the volume. */
const instead: Record<string, string> = {
  "a symlink to a directory outside": `ln -s "$2" "$1"`,
  "a dangling symlink": `ln -s /nowhere "$1"`,
  "a symlink to itself": `ln -s "$1" "$1"`,
  "a file": `echo theirs > "$1"`,
  "a FIFO": `mkfifo "$1"`,
  "a device": `mknod "$1" c 1 3`,
  "an immutable directory": `mkdir "$1"; chattr +i "$1" 2>/dev/null || true`,
};

/** Two shadowed files: one to be put into its place, one whose name is taken. */
const prepare = async (machine: Machine): Promise<string> => {
  const outside = `${machine.root}/outside`;
  await machine.sh(`mkdir "$2"; echo precious > "$2/file"; echo theirs > "$1/taken"`, {
    args: [machine.source, outside],
  });
  await inBare(machine, "mkdir app; echo ours > taken; echo ours > app/file");
  return outside;
};

const everyByte = async (machine: Machine): Promise<string> => {
  const below = await machine.below();
  const inVolume = await machine.sh(`find "$1" -type f -exec grep -lx ours {} + | wc -l`, { args: [machine.source] });
  const hidden = await below.sh(`find "$1" -type f -exec grep -lx ours {} + | wc -l`, { args: [machine.target] });
  return `${inVolume}+${hidden}`;
};

describe.each([MARKS, NODES, "rescued"])("in the place of %s in the volume", (place) => {
  test.each(Object.entries(instead))("%s: nothing is written outside, nothing is lost", async (_, put) => {
    using machine = await Machine.start();
    const outside = await prepare(machine);
    const report = { ...options, config: { ...options.config, rescue: "report" } };
    const first = await Agent.start(machine, report);
    await first.until("Degraded/ShadowedFiles");
    const node = await machine.sh(`ls "$1"`, { args: [`${machine.source}/${NODES}`] });
    const path = `${machine.source}/${place === "rescued" ? `${NODES}/${node}/rescued` : place}`;
    await machine.sh(`rm -rf "$1"; ${put}`, { args: [path, outside] });
    await first.reconfigure(machine, options);
    await until(() => first.events("rescueLeft").length > 0 || first.events("rescued").length > 0, {
      what: "a rescue",
    });
    await first.probed(2);
    expect(await machine.sh(`ls -A "$1"; cat "$1/file"`, { args: [outside] })).toBe("file\nprecious");
    expect(await machine.read(`${machine.source}/taken`)).toBe("theirs");
    expect(["0+2", "1+1", "2+0"]).toContain(await everyByte(machine));

    await machine.sh(`chattr -i "$1" 2>/dev/null || true; rm -rf "$1"`, { args: [path] });
    await first.until("Healthy");
    expect(await everyByte(machine)).toBe("2+0");
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
  });
});

test.each(Object.entries(instead))(
  "%s in the place of an application's directory: its files go elsewhere",
  async (_, put) => {
    using machine = await Machine.start();
    const outside = await prepare(machine);
    await machine.sh(put, { args: [`${machine.source}/app`, outside] });
    const agent = await Agent.start(machine, options);
    await until(() => agent.events("rescueLeft").length > 0 || agent.events("rescued").length > 0, {
      what: "a rescue",
    });
    await agent.probed(2);
    expect(await machine.sh(`ls -A "$1"; cat "$1/file"`, { args: [outside] })).toBe("file\nprecious");
    expect(["1+1", "2+0"]).toContain(await everyByte(machine));
  },
);

test("directories that applications swap for links all the time lead nowhere else", async () => {
  using machine = await Machine.start();
  const outside = await prepare(machine);
  await inBare(machine, "mkdir app/deep; seq 2000 | (cd app/deep; split -l 1 -a 4 - file-)");
  const swapper = machine.run([
    "sh",
    "-c",
    `cd "$1"; mkdir -p app other; while :; do
       mv -T app aside 2>/dev/null; ln -s "$2" app 2>/dev/null; rm -f app 2>/dev/null; mv -T aside app 2>/dev/null || mkdir app 2>/dev/null
     done`,
    "sh",
    machine.source,
    outside,
  ]);
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy", "dumps", 60_000);
  swapper.kill("SIGKILL");
  await swapper.exited;
  expect(await machine.sh(`ls -A "$1"; cat "$1/file"`, { args: [outside] })).toBe("file\nprecious");
  const all = `find "$1" -name 'file-*' -type f -exec cat {} + | sort -n | uniq | wc -l`;
  expect(await machine.sh(all, { args: [machine.source] })).toBe("2000");
});

test("links, devices and folders that lie hidden lead nowhere, and are not opened", async () => {
  using machine = await Machine.start();
  const outside = await prepare(machine);
  await inBare(
    machine,
    `ln -s "${outside}" folder; ln -s "${outside}/file" file; mknod zero c 1 5; mkfifo pipe; ln -s . app/loop`,
  );
  const agent = await Agent.start(machine, options);
  expect(await agent.event("rescueLeft")).toMatchObject({ special: 2, failed: 0 });
  expect(await volumeOf(machine)).toBe(
    `./app/
./app/file: ours
./app/loop -> .
./file -> ${outside}/file
./folder -> ${outside}
./taken: theirs`,
  );
  expect(await machine.sh(`ls -A "$1"; cat "$1/file"`, { args: [outside] })).toBe("file\nprecious");
});

test("folders nested deeper than a rescue goes stay, and do not keep the rest from moving", async () => {
  using machine = await Machine.start();
  await inBare(
    machine,
    "echo one > one; mkdir deep; cd deep; for n in $(seq 150); do mkdir d; cd d; done; echo deep > file",
  );
  const agent = await Agent.start(machine, options);
  expect(await agent.event("rescueLeft")).toMatchObject({
    failed: 1,
    example: expect.stringContaining("nested deeper"),
  });
  expect(await machine.read(`${machine.source}/one`)).toBe("one");
  const below = await machine.below();
  expect(await below.sh(`find "$1" -name file -exec cat {} +`, { args: [machine.target] })).toBe("deep");
});

test("a folder named like ours in the bare directory is taken for one, and nothing in it is lost", async () => {
  using machine = await Machine.start();
  await inBare(
    machine,
    `mkdir -p .mooring-aside-20200101T000000Z/app app; echo aside > .mooring-aside-20200101T000000Z/app/file
     echo newer > app/file; echo file > .mooring-aside-20210101T000000Z; ln -s /nowhere .mooring-aside-20220101T000000Z`,
  );
  const agent = await Agent.start(machine, options);
  await agent.event("rescued");
  await agent.probed(3);
  const found = await machine.sh(`cd "$1"; cat app/*`, { args: [machine.source] });
  expect(found.split("\n").sort()).toEqual(["aside", "newer"]);
  const below = await machine.below();
  expect(await below.sh(`cd "$1"; find . -mindepth 1 | sort`, { args: [machine.target] })).toBe("");
});
