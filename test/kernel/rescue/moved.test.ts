import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { bareOf, elsewhere, inBare, inShadow, lockedAndEmpty, options, volumeOf } from "./shadowed.ts";

const acl = [
  "02000000",
  "01000700ffffffff",
  "02000600d2040000",
  "04000500ffffffff",
  "10000700ffffffff",
  "20000500ffffffff",
].join("");

describe.each(["tmpfs", "ext4"] as const)("into a volume on %s", (volume) => {
  test("files, directories and links move, and the bare directory is empty and locked", async () => {
    using machine = await Machine.start({ volume });
    await inBare(
      machine,
      `mkdir -p app/deep/empty; echo one > one; echo two > app/two; : > app/deep/nothing; ln -s ../one app/link; ln -s /nowhere dangling`,
    );
    const agent = await Agent.start(machine, options);
    await agent.until("Healthy");
    expect((await volumeOf(machine)).replace("./lost+found/\n", "")).toBe(
      `./app/
./app/deep/
./app/deep/empty/
./app/deep/nothing:${" "}
./app/link -> ../one
./app/two: two
./dangling -> /nowhere
./one: one`,
    );
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
    expect(agent.events("rescued")).toMatchObject([{ level: "info", files: 5, bytes: 22, elsewhere: 0, folder: null }]);
    expect(await agent.metric(`mooring_rescued_files_total{mount="dumps"}`)).toBe(5);
    expect(await agent.metric(`mooring_shadowed_files{mount="dumps"}`)).toBe(0);
    expect((await agent.mount()).rescue).toMatchObject({ files: 5, left: { busy: 0, failed: 0 } });
  });

  test("owner, mode, times, attributes and holes are kept", async () => {
    using machine = await Machine.start({ volume });
    const attributes = [
      ["dump", "user.note", "6b657074"],
      ["dump", "trusted.note", "6b657074"],
      ["app", "user.note", "6b657074"],
      // user::rwx, user:1234:rw-, group::r-x, mask::rwx, other::r-x
      ["app/tool", "system.posix_acl_access", acl],
    ] as const;
    const attribute = (path: string, name: string, ...value: string[]) =>
      machine.sh(`"$@"`, { args: [process.execPath, join(import.meta.dir, "attribute.ts"), path, name, ...value] });
    const facts = async (root: string) => [
      await machine.sh(
        `cd "$1"; stat -c '%n %a %u %g %s %x %y' dump app/tool; stat -c '%n %a %u %g' app; sha256sum dump; du -k dump`,
        { args: [root] },
      ),
      ...(await Promise.all(attributes.map(([path, name]) => attribute(join(root, path), name)))),
    ];
    await inBare(
      machine,
      `mkdir -m 2751 app; chown 1000:2000 app; chmod 2751 app; echo tool > app/tool; chown 1003:1003 app/tool; chmod 4755 app/tool
       truncate -s 20M dump; printf start | dd of=dump conv=notrunc status=none
       printf middle | dd of=dump bs=1M seek=10 conv=notrunc status=none; chown 1001:1002 dump; chmod 640 dump`,
    );
    for (const [path, name, value] of attributes) await attribute(join(machine.target, path), name, value);
    await inBare(
      machine,
      `touch -d '2003-03-03' app/tool; touch -d '2001-02-03 04:05:06.789012345' dump
       touch -a -d '2002-02-03 04:05:06.789012345' dump`,
    );
    const before = await facts(machine.target);
    expect(before[0]).toContain("app/tool 4775 1003");
    expect(before.slice(1)).toEqual(["6b657074", "6b657074", "6b657074", acl]);
    // Looking at it has changed when it was read.
    await inBare(machine, `touch -a -d '2002-02-03 04:05:06.789012345' dump`);
    const agent = await Agent.start(machine, options);
    await agent.until("Healthy");
    expect(await facts(machine.source)).toEqual(before);
    expect(await bareOf(machine)).toBe(lockedAndEmpty);
  });
});

test("nothing in the volume is replaced: what has a taken name goes to a folder of its time", async () => {
  using machine = await Machine.start();
  await machine.sh(
    `cd "$1"; mkdir app; echo theirs > taken; echo theirs > app/taken; echo theirs > blocked; mkdir file`,
    {
      args: [machine.source],
    },
  );
  await machine.sh(`ln -s theirs "$1/app/link"; ln -s same "$1/app/same"`, { args: [machine.source] });
  await inBare(
    machine,
    `mkdir -p app blocked/deep .mooring/nodes; echo ours > taken; echo ours > app/taken; echo ours > app/free
     echo ours > blocked/deep/a; echo ours > file; echo ours > .ready; echo ours > .mooring/volume.json
     ln -s ours app/link; ln -s same app/same`,
  );
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe(
    `./app/
./app/free: ours
./app/link -> theirs
./app/same -> same
./app/taken: theirs
./blocked: theirs
./file/
./taken: theirs`,
  );
  const folder = String(agent.events("rescued")[0]?.folder);
  expect(folder).toMatch(/^\.mooring\/nodes\/[^/]+\/rescued\/\d{8}T\d{6}Z$/);
  expect(await elsewhere(machine, folder)).toBe(
    `./.mooring/volume.json: ours
./.ready: ours
./app/link -> ours
./app/taken: ours
./blocked/deep/a: ours
./file: ours
./taken: ours`,
  );
  expect(agent.events("rescued")).toMatchObject([{ level: "warn", files: 9, elsewhere: 7 }]);
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});

test("names of any bytes and length, hard links, and deep folders", async () => {
  using machine = await Machine.start();
  const names = `
    import { linkSync, mkdirSync, writeFileSync } from "node:fs";
    process.chdir(process.argv[1]);
    const bytes = (...all) => Buffer.from(all);
    for (const name of ["n".repeat(255), bytes(0xff, 0xfe), "a\\nb", " ", "ä", "-rf", bytes(0xed, 0xb2, 0x80)])
      writeFileSync(name, name);
    const deep = Array(15).fill("d".repeat(200)).join("/");
    mkdirSync(deep, { recursive: true });
    writeFileSync(deep + "/file", "deep");
    linkSync("-rf", "linked");`;
  await inBare(machine, "");
  await machine.sh(`"$3" -e "$2" "$1"`, { args: [machine.target, names, process.execPath] });
  const list = `cd "$1"; find . -mindepth 1 \\( -path ./.mooring -o -path ./.ready \\) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum`;
  const before = await machine.sh(list, { args: [machine.target] });
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  expect(await machine.sh(list, { args: [machine.source] })).toBe(before);
  expect(before.split("\n")).toHaveLength(9);
  expect(await bareOf(machine)).toBe(lockedAndEmpty);
});

test("what is neither file nor link stays, and is told", async () => {
  using machine = await Machine.start();
  await inBare(machine, `mkfifo pipe; mknod null c 1 3; mkdir app; mkfifo app/pipe; echo file > app/file`);
  const agent = await Agent.start(machine, options);
  await agent.event("rescued");
  const left = await agent.event("rescueLeft");
  expect(left).toMatchObject({ level: "warn", busy: 0, special: 3, failed: 0 });
  const { condition } = await agent.until("Degraded/ShadowedFiles");
  expect((await agent.get("/readyz")).code).toBe(200);
  await agent.probed(3);
  // A probe that was late says something else for a while.
  const says = async () => (await agent.mount()).condition.message.includes("3 neither file nor link; for one, ");
  await until(says, { what: "the message to count what stays" });
  expect(condition.state).toBe("Degraded");
  expect(await volumeOf(machine)).toBe("./app/\n./app/file: file");
  // As many as before: not told again.
  expect(agent.events("rescueLeft")).toHaveLength(1);
  const below = await machine.below();
  expect(
    await below.sh(`cd "$1"; find . -mindepth 1 | sort; lsattr -d app | cut -c5`, { args: [machine.target] }),
  ).toBe("./app\n./app/pipe\n./null\n./pipe\ni");
  await inShadow(below, machine, `[ ! -d app ] || chattr -i app; rm -rf pipe null app`);
  await agent.until("Healthy");
});

test("with rescue: report nothing is moved", async () => {
  using machine = await Machine.start();
  await inBare(machine, "echo one > one");
  const agent = await Agent.start(machine, { ...options, config: { ...options.config, rescue: "report" } });
  await agent.until("Degraded/ShadowedFiles");
  await agent.probed(5);
  expect([await volumeOf(machine), agent.events("rescued").length]).toEqual(["", 0]);
  await agent.reconfigure(machine, { ...options, config: { ...options.config, rescue: "move" } });
  await agent.until("Healthy");
  expect(await volumeOf(machine)).toBe("./one: one");
});

test("a target that is only watched keeps what lies below it", async () => {
  using machine = await Machine.start();
  await inBare(machine, "echo one > one");
  await machine.sh(`mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
  const agent = await Agent.start(machine, { ...options, mount: { source: undefined } });
  await agent.until("Healthy");
  await agent.probed(5);
  const below = await machine.below();
  expect(await below.read(`${machine.target}/one`)).toBe("one");
});
