import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Machine } from "../kernel/harness/machine.ts";
import { until } from "../kernel/harness/until.ts";
import { ask, askChild } from "./ask.ts";

/** Everything in the volume that is ours by name. */
const ours = [
  ".ready",
  ".mooring",
  ".mooring/volume.json",
  ".mooring/nodes",
  ".mooring/nodes/node-a",
  ".mooring/nodes/node-a/probe",
] as const;

/** What an application may put there instead: "$1" is the place, "$2" the volume, "$3" a folder outside of it. */
const instead = {
  "a link to a file outside": `ln -s "$3/file" "$1"`,
  "a link to a folder outside": `ln -s "$3" "$1"`,
  "a link to a file inside": `ln -s "$2/app.log" "$1"`,
  "a link to a folder inside": `ln -s "$2/app" "$1"`,
  "a link to nowhere": `ln -s nowhere "$1"`,
  "a link to itself": `ln -s "$(basename "$1")" "$1"`,
  "a FIFO": `mkfifo "$1"`,
  "a character device": `mknod "$1" c 1 3`,
  "a terminal": `mknod "$1" c 5 0`,
  "a block device": `mknod "$1" b 7 0`,
  "a device that nobody serves": `mknod "$1" c 240 1`,
  "an empty folder": `mkdir "$1"`,
  "a full folder": `mkdir "$1"; : > "$1/file"`,
  "a second name of an application's file": `ln "$2/app.log" "$1"`,
  "an empty file": `: > "$1"`,
  "a sparse file of 10 GB": `truncate -s 10G "$1"`,
  "binary garbage": `head -c 3000 /dev/urandom > "$1"`,
  "much binary garbage": `head -c 3000000 /dev/urandom > "$1"`,
  "what only looks like JSON": `printf '{"uuid":' > "$1"`,
  "JSON of the wrong kind": `printf '[null]' > "$1"`,
  "nothing but null": `printf null > "$1"`,
  "a wrong UUID": `printf '{"uuid":"../../../../etc/passwd","instance":"mooring","mount":"dumps"}' > "$1"`,
  "objects where text should be": `printf '{"uuid":"00000000-0000-4000-8000-000000000000","instance":{"toString":1},"mount":{"toString":1}}' > "$1"`,
  "JSON nested without end": `head -c 4000 /dev/zero | tr '\\0' '[' > "$1"`,
  "a file that nobody may read": `: > "$1"; chmod 0 "$1"`,
  "an immutable file": `: > "$1"; chattr +i "$1"`,
  "an append-only file": `: > "$1"; chattr +a "$1"`,
} as const;

const reset = `
  chattr -R -ai "$1" 2>/dev/null || true; find "$1" -mindepth 1 -delete
  mkdir -p "$1/app" "$2"; echo precious > "$1/app.log"; echo precious > "$2/file"; mkdir -p "$(dirname "$1/$3")"
`;

const untouched = `
  cat "$1/app.log" "$2/file"; ls -A "$1/app" "$2"; stat -c '%n %h %a %Y' "$1/app" "$2" "$2/file"; stat -c '%a' "$1/app.log"
`;

describe.each([...ours])("in the place of %s", (name) => {
  let machine: Machine;
  let outside: string;

  beforeAll(async () => {
    machine = await Machine.start({ size: "32m" });
    outside = `${machine.root}/outside`;
  });

  afterAll(() => machine[Symbol.dispose]());

  test.each(Object.entries(instead))("%s does no harm", async (_, put) => {
    const place = `${machine.source}/${name}`;
    await machine.sh(reset, { args: [machine.source, outside, name] });
    await machine.sh(put, { args: [place, machine.source, outside] });
    const look = () => machine.sh(untouched, { args: [machine.source, outside] });
    const before = await look();
    const { volume, peakMiB } = await ask(machine);
    expect(volume.problem).toBeNull();
    expect([null, "MarkersBlocked"]).toContain(volume.remark?.reason ?? null);
    expect(await look()).toBe(before);
    expect(peakMiB).toBeLessThan(150);

    // Once it is out of the way all is well again.
    await machine.sh(`chattr -ai "$1" 2>/dev/null || true; rm -rf "$1"`, { args: [place] });
    const { volume: later } = await ask(machine);
    expect([later.problem, later.remark]).toEqual([null, null]);
    expect(await machine.read(`${machine.source}/.ready`)).toBe(later.identity.uuid ?? "");
  });

  test("a socket does no harm", async () => {
    await machine.sh(reset, { args: [machine.source, outside, name] });
    const listen = `const s = Bun.listen({ unix: process.argv[1], socket: { data() {} } }); console.log("listening")`;
    const server = machine.run([process.execPath, "-e", listen, `${machine.source}/${name}`]);
    await server.line((line) => line === "listening", { what: "the socket" });
    const { volume } = await ask(machine);
    expect(volume.problem).toBeNull();
    server.kill("SIGKILL");
  });

  test("another mount does no harm, and stays", async () => {
    await machine.sh(reset, { args: [machine.source, outside, name] });
    const place = `${machine.source}/${name}`;
    await machine.sh(`mkdir "$1"; mount -t tmpfs theirs "$1"`, { args: [place] });
    const { volume } = await ask(machine);
    expect(volume).toMatchObject({ problem: null, remark: { reason: "MarkersBlocked" } });
    expect(await machine.sh(`ls -A "$1"; umount "$1"`, { args: [place] })).toBe("");
  });
});

/** Says so when a file is opened: inotify(7). */
const watchOpens = `
  const { dlopen } = await import("bun:ffi");
  const { readSync } = await import("node:fs");
  const { symbols } = dlopen("libc.so.6", {
    inotify_init1: { args: ["i32"], returns: "i32" },
    inotify_add_watch: { args: ["i32", "cstring", "u32"], returns: "i32" },
  });
  const IN_OPEN = 0x20;
  const fd = symbols.inotify_init1(0);
  if (symbols.inotify_add_watch(fd, Buffer.from(process.argv[1] + "\\0"), IN_OPEN) < 0) throw new Error("no watch");
  console.log("watching");
  readSync(fd, Buffer.alloc(4096));
  console.log("opened");`;

describe("a name that is taken", () => {
  test("is told, with what to do", async () => {
    using machine = await Machine.start();
    await machine.sh(`: > "$1/.mooring"`, { args: [machine.source] });
    const { volume } = await ask(machine);
    expect(volume.remark).toEqual({
      reason: "MarkersBlocked",
      message: ".mooring is not a directory of the volume; move it away",
    });
  });

  test.each(["c 1 3", "p"])("is never opened when it is no file (%s): opening has effects of its own", async (kind) => {
    using machine = await Machine.start();
    const { uuid } = (await ask(machine)).volume.identity;
    for (const name of [".ready", ".mooring/volume.json", ".mooring/nodes/node-a/probe"]) {
      const place = `${machine.source}/${name}`;
      await machine.sh(`mv "$1" "$1.old"; mknod "$1" ${kind}; ln "$1" "$1.kept"`, { args: [place] });
      const watcher = machine.run([process.execPath, "-e", watchOpens, `${place}.kept`]);
      await watcher.line((line) => line === "watching", { what: "the watcher to begin" });
      await ask(machine);
      expect(watcher.lines).toEqual(["watching"]);
      // An open of our own tells that the watcher would have noticed.
      await machine.sh(`head -c 0 "$1.kept" <> "$1.kept"; rm -f "$1"`, { args: [place] });
      await watcher.line((line) => line === "opened", { what: "the watcher to notice" });
      await machine.sh(`mv "$1.old" "$1"`, { args: [place] });
    }
    expect((await ask(machine)).volume.identity.uuid).toBe(uuid ?? "");
  });

  test("is told and not waited for when it is leased to somebody", async () => {
    using machine = await Machine.start();
    await ask(machine);
    const lease = `
      const { openSync } = await import("node:fs");
      const { dlopen } = await import("bun:ffi");
      const { symbols } = dlopen("libc.so.6", { fcntl: { args: ["i32", "i32", "i32"], returns: "i32" } });
      process.on("SIGIO", () => {});
      const fd = openSync(process.argv[1], "r");
      if (symbols.fcntl(fd, 1024, Number(process.argv[2])) !== 0) throw new Error("no lease");
      console.log("leased");
      setInterval(() => {}, 1000);`;
    for (const [name, kind] of [
      [".mooring/volume.json", "1"],
      [".mooring/nodes/node-a/probe", "0"],
    ] as const) {
      const place = `${machine.source}/${name}`;
      const holder = machine.run([process.execPath, "-e", lease, place, kind]);
      await holder.line((line) => line === "leased", { what: "the lease", deadline: 3000 });
      const start = performance.now();
      const { volume } = await ask(machine);
      expect(volume).toMatchObject({ problem: null, remark: { reason: "MarkersBlocked" } });
      expect(performance.now() - start).toBeLessThan(5000);
      holder.kill("SIGKILL");
      await holder.exited;
    }
    await until(async () => (await ask(machine)).volume.remark === null, { what: "all to be well" });
  });
});

test("a real child holds little memory and tells the truth whatever it meets", async () => {
  using machine = await Machine.start();
  await machine.sh(
    `mkdir -p "$1/.mooring/nodes/node-a"; truncate -s 10G "$1/.mooring/volume.json" "$1/.ready" "$1/.mooring/nodes/node-a/probe"`,
    {
      args: [machine.source],
    },
  );
  const { volume, peakMiB } = await askChild(machine);
  expect(volume).toMatchObject({ problem: null, remark: { reason: "MarkersBlocked" } });
  expect(peakMiB).toBeLessThan(100);
});
