import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Machine } from "../kernel/harness/machine.ts";
import type { Place } from "../kernel/harness/place.ts";
import type { Program } from "../kernel/harness/program.ts";
import { until } from "../kernel/harness/until.ts";
import { Folder } from "../kernel/syscalls/folder.ts";
import { asAnother, main, mooring } from "./mooring.ts";

const uuid = "0b8ac2f0-6d3c-4b5e-9f1a-2f6a3d1c9e77";
let machine: Machine;
/** The init container: it receives the node's mounts. */
let container: Place;

beforeEach(async () => {
  machine = await Machine.start();
  await machine.sh(`mkdir -p "$1" "$2/app"; echo ${uuid} > "$2/.ready"`, { args: [machine.target, machine.source] });
  container = await machine.peer("slave");
});
afterEach(() => machine[Symbol.dispose]());

const attach = () => machine.sh(`mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
const detach = () => machine.sh(`umount -l "$1"`, { args: [machine.target] });
const seal = () => machine.sh(`chmod 0 "$1"; chattr +i "$1"`, { args: [machine.target] });
const sources = [process.execPath, main];
const waiting = (paths: readonly string[], { timeout = "30s", program = sources, place = container } = {}): Program =>
  place.run([...program, "wait", "--timeout", timeout, ...paths]);

/** The first sighting of a path from inside a place. */
const sight = async (path: string, place: Place = container): Promise<unknown> => {
  using looking = place.run([process.execPath, main, "wait-look", "--", path]);
  return JSON.parse(await looking.line(() => true, { what: "a sighting" }));
};
const whyNot = async (path: string, place: Place = container): Promise<string> => {
  const sighting = (await sight(path, place)) as { ready: boolean; why: string };
  expect(sighting.ready).toBe(false);
  return sighting.why;
};

/** Processes in a place whose command line has this argument; other tests, in theirs, look at the same path. */
const running = (argument: string, place: Place = container): number[] =>
  place.processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });

describe("a volume is ready", () => {
  test("when .ready stands at the root of the mount that the path is on", async () => {
    await attach();
    for (const path of [machine.target, join(machine.target, "app"), `${machine.target}/app/../app/`])
      expect(await sight(path)).toEqual({ ready: true, uuid });
  });

  test("for a user without privileges too", async () => {
    await attach();
    using folder = new Folder();
    using program = waiting([machine.target], { program: asAnother(1000, folder.path) });
    const ending = await program.exited;
    expect([ending, program.said()]).toEqual([{ code: 0, signal: null }, `${machine.target}: ready, volume ${uuid}`]);
  });
});

describe("a volume is not ready", () => {
  test("while its target is the bare directory, even when that holds a .ready of its own", async () => {
    await machine.sh(`echo ${uuid} > "$1/.ready"; mkdir "$1/app"`, { args: [machine.target] });
    for (const path of [machine.target, join(machine.target, "app")])
      expect(await whyNot(path)).toStartWith(`${machine.node} is mounted and has no .ready: the bare directory`);
  });

  test("while the bare directory is locked", async () => {
    await seal();
    expect(await whyNot(machine.target)).toStartWith("it is the locked bare directory: no volume is mounted there");
    await machine.sh(`chattr -i "$1"`, { args: [machine.target] });
  });

  test("when the container began on the bare directory with mountPropagation None", async () => {
    await seal();
    const alone = await machine.peer("private");
    const mountPath = join(machine.root, "container");
    await alone.sh(`mkdir -p "$2"; mount --bind "$1" "$2"`, { args: [machine.target, mountPath] });
    await attach();
    expect(await whyNot(mountPath, alone)).toStartWith("it is the locked bare directory");
    await detach();
    await machine.sh(`chattr -i "$1"`, { args: [machine.target] });
  });

  test("when the container mounts a directory inside of it", async () => {
    await attach();
    const mountPath = join(machine.root, "container");
    await container.sh(`mkdir -p "$2"; mount --bind "$1/app" "$2"`, { args: [machine.target, mountPath] });
    expect(await whyNot(mountPath)).toContain("a directory inside the volume");
  });

  test("where nothing is mounted, missing, or no directory", async () => {
    expect(await whyNot("/etc")).toBe(
      "it is on the container's own file system: no volume of the pod is mounted there",
    );
    expect(await whyNot("/")).toBe("it is on the container's own file system: no volume of the pod is mounted there");
    expect(await whyNot(join(machine.target, "none"))).toBe("it does not exist");
    expect(await whyNot("/etc/passwd")).toBe("it is no directory");
  });

  test("when .ready is anything but a small regular file with a UUID", async () => {
    await attach();
    const mark = join(machine.source, ".ready");
    const cases: [make: string, why: string][] = [
      [`: > "$1"`, "holds no UUID"],
      [`echo ready > "$1"`, "holds no UUID"],
      [`printf '%s%s\\n' ${uuid} x > "$1"`, "holds no UUID"],
      [`echo ${uuid} > "$1"; head -c 5000000 /dev/zero >> "$1"`, "holds no UUID"],
      [`ln -s app "$1"`, "cannot be read: it is a symbolic link"],
      [`echo ${uuid} > "$1.real"; ln -s .ready.real "$1"`, "cannot be read: it is a symbolic link"],
      [`mkdir "$1"`, "is no regular file of the volume"],
      [`mkfifo "$1"`, "is no regular file of the volume"],
      [`mknod "$1" c 1 5`, "is no regular file of the volume"],
    ];
    for (const [make, why] of cases) {
      await machine.sh(`rm -rf "$1"; ${make}`, { args: [mark] });
      expect(await whyNot(machine.target)).toContain(`/.ready ${why}`);
    }
    await machine.sh(`rm "$1"`, { args: [mark] });
    expect(await whyNot(machine.target)).toContain("has no .ready");
  });

  test("when something is mounted on .ready", async () => {
    await attach();
    await container.sh(`echo ${uuid} > "$1/mark"; mount --bind "$1/mark" "$2/.ready"`, {
      args: [machine.root, machine.target],
    });
    expect(await whyNot(machine.target)).toContain("/.ready is no regular file of the volume");
  });
});

describe("mooring wait", () => {
  test("ends as soon as the volume is mounted and marked, whichever comes first", async () => {
    await machine.sh(`rm "$1/.ready"`, { args: [machine.source] });
    using program = waiting([machine.target]);
    const waitsFor = (why: string) =>
      program.until(() => program.errors.some((line) => line.includes(why)), { what: `it says ${why}` });
    await waitsFor("the bare directory");
    await attach();
    await waitsFor(`${machine.target} is mounted and has no .ready`);
    await machine.sh(`echo ${uuid} > "$1/.ready"`, { args: [machine.source] });
    expect(await program.exited).toMatchObject({ code: 0 });
    expect(program.lines).toEqual([`${machine.target}: ready, volume ${uuid}`]);
  });

  test("notices a mount at once, however long it has waited", async () => {
    using looking = container.run([process.execPath, main, "wait-look", "--", machine.target]);
    // Six looks: the next would come a second later.
    await looking.until(() => looking.lines.length >= 6, { what: "six looks" });
    await attach();
    const attached = performance.now();
    await looking.line((line) => line.includes('"ready":true'), { what: "the mount to be seen" });
    expect(performance.now() - attached).toBeLessThan(300);
  });

  test("wants every path at the same time", async () => {
    const other = join(machine.parent, "traces");
    await machine.sh(`mkdir "$1"`, { args: [other] });
    await attach();
    using program = waiting([machine.target, other], { timeout: "2s" });
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.errors.join("\n")).toContain(
      `mooring wait: not ready within 2s\n  ${machine.target}: ready, volume ${uuid}\n  ${other}: ${machine.node} is mounted`,
    );
    using both = waiting([machine.target, other]);
    await both.until(() => both.errors.some((line) => line.startsWith(other)), { what: "it waits for the other" });
    await machine.sh(`mount --bind "$1" "$2"`, { args: [machine.source, other] });
    expect(await both.exited).toMatchObject({ code: 0 });
  });

  test("a volume that hangs keeps one process, and neither the others nor the end", async () => {
    const hanging = join(machine.root, "hanging");
    const volume = await machine.fuse(hanging);
    const inside = join(hanging, "inside");
    await machine.sh(`echo ${uuid} > "$1/.ready"; mkdir "$2"`, { args: [hanging, inside] });
    const place = await machine.peer("slave");
    await volume.silent();
    using program = waiting([inside], { timeout: "5s", place });
    await program.until(() => program.errors.some((line) => line.includes("has not returned for")), {
      what: "it says that the look hangs",
    });
    expect(running(inside, place).filter((pid) => pid !== program.pid)).toHaveLength(1);
    expect(await program.exited).toMatchObject({ code: 1 });
    expect(program.errors.at(-1)).toMatch(/inside: looking at it has not returned for .* s: the file system behind it/);
    await volume.answer();
    await until(() => running(inside, place).length === 0, { what: "the child to be let go" });
  }, 30_000);

  test("SIGTERM ends it at once, and its child with it", async () => {
    using program = waiting([machine.target]);
    await until(() => running("wait-look").length > 0, { what: "its child" });
    const asked = performance.now();
    program.kill("SIGTERM");
    await program.exited;
    expect(performance.now() - asked).toBeLessThan(500);
    await until(() => running(machine.target).length === 0, { what: "no process of it to be left" });
  });

  test("a child that is killed is started again, and says so meanwhile", async () => {
    using program = waiting([machine.target]);
    const child = await program.until(() => running(machine.target).find((pid) => pid !== program.pid), {
      what: "its child",
    });
    process.kill(child, "SIGKILL");
    await program.until(() => running(machine.target).some((pid) => pid !== program.pid && pid !== child), {
      what: "another child",
    });
    await attach();
    expect(await program.exited).toMatchObject({ code: 0 });
  });

  test("wrong usage is told before anything is looked at", async () => {
    const cases: [argv: string[], said: string][] = [
      [[], "wants at least one PATH"],
      [[""], "PATH is empty; is a variable unset?"],
      [["--timeout", "5", "/x"], "--timeout is '5'; want a duration from 1s to 24h, such as 30s, 5m or 1h30m"],
      [["--timeout", "0s", "/x"], "--timeout is '0s'"],
      [["--timeout", "25h", "/x"], "--timeout is '25h'"],
      [Array.from({ length: 33 }, (_, index) => `/p${index}`), "33 paths are given; at most 32 can be waited for"],
    ];
    for (const [argv, said] of cases) {
      const { code, err } = await mooring(["wait", ...argv]);
      expect([code, err.includes(said)]).toEqual([2, true]);
    }
  });
});
