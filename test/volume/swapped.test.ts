import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { VolumeRequest } from "../../agent/volume/request.ts";
import { compiled } from "../kernel/harness/compile.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { until } from "../kernel/harness/until.ts";
import { Inside } from "../kernel/linux/inside.ts";
import { ask, requestFor } from "./ask.ts";
import type * as Look from "./look.ts";

const LOOKS = 500;
const directories = ["app-one", "app-one/deep"].map((path) => ({ path, uid: 1000, gid: 1000, mode: 0o770 }));
const swapper = () => compiled(join(import.meta.dir, "../kernel/linux/swapper.c"));

/** Everything that could be mistaken for ours, outside of the volume. */
const layOutside = `
  mkdir -p "$1/nodes/node-a" "$1/node-a" "$1/deep"
  for file in file probe volume.json .ready nodes/node-a/probe node-a/probe deep/file; do echo precious > "$1/$file"; done
  chown -R 7:7 "$1"`;
const everything = `
  cd "$1"; find . -printf '%p %y %m %U %G %s %n %i %T@ %C@\\n' | LC_ALL=C sort; find . -type f -exec cat {} +`;

/** What somebody does to "$1" in a loop, with "$2" beside it and "$3" outside of the volume. */
const loops: [what: string, names: string[], begin: (name: string, outside: string) => string, argv: string[]][] = [
  [
    "swapped for a link to a folder outside",
    [".mooring", ".mooring/nodes", ".mooring/nodes/node-a", "app-one", "app-one/deep"],
    (other, outside) => `ln -s "${outside}" "${other}"`,
    [swapper()],
  ],
  [
    "swapped for a link to a file outside",
    [".ready", ".mooring/volume.json", ".mooring/nodes/node-a/probe"],
    (other, outside) => `ln -s "${outside}/file" "${other}"`,
    [swapper()],
  ],
  [
    "swapped for a FIFO",
    [".mooring", ".ready", ".mooring/volume.json", ".mooring/nodes/node-a/probe", "app-one"],
    (other) => `mkfifo "${other}"`,
    [swapper()],
  ],
  [
    "swapped for a folder",
    [".ready", ".mooring/volume.json", ".mooring/nodes/node-a/probe"],
    (other) => `mkdir "${other}"`,
    [swapper()],
  ],
  [
    "removed",
    [".ready", ".mooring", ".mooring/nodes", ".mooring/nodes/node-a", ".mooring/nodes/node-a/probe", "app-one"],
    () => "",
    ["sh", "-c", `echo ready; while :; do rm -rf "$1" 2>/dev/null; done`, "sh"],
  ],
  [
    "moved away and back",
    [".mooring", ".mooring/nodes", ".mooring/nodes/node-a", "app-one"],
    () => "",
    ["sh", "-c", `echo ready; while :; do mv "$1" "$2"; rm -rf "$1"; mv "$2" "$1"; done 2>/dev/null`, "sh"],
  ],
];

const cases = loops.flatMap(([what, names, begin, argv]) => names.map((name) => [name, what, begin, argv] as const));

describe("while it is looked at in a loop", () => {
  test.each(cases)("%s, %s in another: no problem but a remark, and nothing outside is touched", async (...given) => {
    const [name, , begin, argv] = given;
    using machine = await Machine.start();
    const outside = `${machine.root}/outside`;
    const request: VolumeRequest = requestFor(machine, { mount: { directories } });
    await ask(machine, { mount: { directories } });
    await machine.sh(layOutside, { args: [outside] });
    const before = await machine.sh(everything, { args: [outside] });
    const [place, other] = [`${machine.source}/${name}`, `${machine.source}/other`];
    await machine.sh(begin(other, outside));
    const mischief = machine.run([...argv, place, other]);
    await mischief.line((line) => line === "ready", { what: "the mischief to begin" });

    using inside = await Inside.start(machine);
    const { lookEach } = inside.module<typeof Look>("../test/volume/look.ts");
    const found = await lookEach(request, LOOKS);
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(LOOKS);
    const allowed = new Set(["well", "MarkersBlocked", "DirectoryBlocked"]);
    expect(Object.keys(found).filter((each) => !allowed.has(each))).toEqual([]);
    expect(await machine.sh(everything, { args: [outside] })).toBe(before);

    mischief.kill("SIGKILL");
    await mischief.exited;
    await machine.sh(`rm -rf "$1" "$2"`, { args: [place, other] });
    const { volume } = await ask(machine, { mount: { directories } });
    expect(volume).toMatchObject({ problem: null, remark: null });
  });
});

test("a volume whose root was removed is a problem, not one more thing that somebody moved", async () => {
  using machine = await Machine.start({ volume: "none" });
  await machine.sh(`mkdir -p "$1" "$2"; mount --bind "$1" "$2"; rmdir "$1"`, {
    args: [machine.source, machine.target],
  });
  const { volume } = await ask(machine, { mount: { sourceMustBeMount: false } });
  expect(volume.problem).toMatchObject({ reason: "VolumeUnusable", message: expect.stringContaining("ENOENT") });
});

/** Writes without end to the file that is its argument, however much anybody else does. */
const scribbles: [how: string, what: string][] = [
  ["overwrites", "fs.writeSync(fd, Buffer.alloc(64, 7), 0, 64, 0)"],
  ["truncates", "fs.ftruncateSync(fd, 0)"],
];

test.each(scribbles)(
  "who %s the probe in a loop is taken for what he is, and not for broken storage",
  async (_, what) => {
    using machine = await Machine.start();
    await ask(machine);
    const probe = `${machine.source}/.mooring/nodes/node-a/probe`;
    const script = `const fs = require("fs"); const fd = fs.openSync(process.argv[1], "r+"); console.log("ready"); for (;;) ${what};`;
    const scribbler = machine.run([process.execPath, "-e", script, probe]);
    await scribbler.line((line) => line === "ready", { what: "the scribbler to begin" });
    using inside = await Inside.start(machine);
    const { lookEach } = inside.module<typeof Look>("../test/volume/look.ts");
    // A busy machine lets it write seldom.
    const isNoticed = async () => {
      const { well = 0, MarkersBlocked = 0 } = await lookEach(requestFor(machine), LOOKS);
      expect(well + MarkersBlocked).toBe(LOOKS);
      return MarkersBlocked > 0;
    };
    await until(isNoticed, { what: "it to be noticed", deadline: 30_000 });
    scribbler.kill("SIGKILL");
    await scribbler.exited;
    expect((await ask(machine)).volume).toMatchObject({ problem: null, remark: null });
  },
);
