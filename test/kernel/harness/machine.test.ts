import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { Machine } from "./machine.ts";
import { messageOf, until } from "./until.ts";

/** The image behind a machine's loop device; null once the device is free or somebody else's. */
const imageOf = (device: string): string | null => {
  try {
    return readFileSync(`/sys/block/${device.replace("/dev/", "")}/loop/backing_file`, "utf8");
  } catch {
    return null;
  }
};

const childrenOfThisProcess = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").split(" ").filter(Boolean);

describe("a machine", () => {
  test("has a mounted volume, a shared directory of the node and no target yet", async () => {
    using machine = await Machine.start();
    expect(machine.mountsAt(machine.source).map((mount) => [mount.fsType, mount.shared])).toEqual([["tmpfs", null]]);
    expect(machine.mountsAt(machine.node)[0]?.shared).toBeNumber();
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.parent] })).toBe("");
  });

  test("is not seen from outside", async () => {
    using machine = await Machine.start();
    const outside = parseMountinfo(readFileSync("/proc/self/mountinfo"));
    expect(outside.filter((mount) => mount.mountPoint.startsWith(machine.root))).toEqual([]);
  });

  test("may have an ext4 volume of a given size with a given number of inodes", async () => {
    using machine = await Machine.start({ volume: "ext4", size: "16m", inodes: 64 });
    expect(machine.mountsAt(machine.source)[0]?.fsType).toBe("ext4");
    expect(await machine.sh(`stat -f -c %c "$1"`, { args: [machine.source] })).toBe("64");
  });

  test("may have a small tmpfs, no volume, or a parent that is not shared", async () => {
    using machine = await Machine.start({ size: "1m", inodes: 10, shared: false });
    expect(machine.mountsAt(machine.source)[0]?.superOptions).toContain("nr_inodes=10");
    expect(machine.mountsAt(machine.node)[0]?.shared).toBeNull();
    using without = await Machine.start({ volume: "none" });
    expect(without.mountsAt(without.source)).toEqual([]);
  });

  test("leaves nothing behind: no loop device, no process, whoever started it", async () => {
    const machine = await Machine.start({ volume: "ext4" });
    const peer = await machine.peer();
    const device = machine.mountsAt(machine.source)[0]?.source ?? "";
    const image = imageOf(device);
    expect(image).toContain("volume-");
    const stray = await machine.sh(`setsid sleep 1000 >/dev/null 2>&1 & echo $!`);
    const strayInPeer = await peer.sh(`cd "$1"; setsid sleep 1000 >/dev/null 2>&1 & echo $!`, {
      args: [machine.source],
    });
    machine[Symbol.dispose]();
    for (const pid of [machine.pid, peer.pid, Number(stray), Number(strayInPeer)]) {
      await until(() => !existsSync(`/proc/${pid}`), { what: `process ${pid} to be gone` });
    }
    await until(() => imageOf(device) !== image, { what: "the loop device to be free" });
  });

  test("that cannot be set up says why and leaves nothing behind", async () => {
    const before = childrenOfThisProcess().length;
    const said = await messageOf(Machine.start({ size: "nonsense" }));
    expect(said).toContain("scratch");
    await until(() => childrenOfThisProcess().length <= before, { what: "its processes to be gone" });
  });

  test("holds files: written, read, with any text", async () => {
    using machine = await Machine.start();
    const text = `a: "b"\n$HOME 'x' \\n %s\n`;
    await machine.write(`${machine.root}/etc/deep/file.yaml`, text);
    expect(`${await machine.read(`${machine.root}/etc/deep/file.yaml`)}\n`).toBe(text);
  });

  test("tells how a script failed, and ends one that hangs", async () => {
    using machine = await Machine.start();
    expect(await messageOf(machine.sh("echo to see >&2; exit 3"))).toMatch(/"code":3.*to see/s);
    expect(await messageOf(machine.sh("sleep 1000", { deadline: 50 }))).toContain("not done within 50 ms");
  });
});

describe("a peer", () => {
  test("that is shared mounts and unmounts for the machine, as the host does", async () => {
    using machine = await Machine.start();
    const host = await machine.peer();
    const count = machine.mountCount();
    await host.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    expect(machine.mountCount()).toBe(count + 1);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    expect(host.mountsAt(machine.target)).toEqual([]);
  });

  test("that is a slave receives only", async () => {
    using machine = await Machine.start();
    const slave = await machine.peer("slave");
    await machine.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    expect(slave.mountsAt(machine.target)).toHaveLength(1);
    await slave.sh(`umount "$1"`, { args: [machine.target] });
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });
});

describe("a pod", () => {
  test("sees only the parent, and what it mounts there the node sees", async () => {
    using machine = await Machine.start();
    const pod = await machine.pod();
    expect(pod.mountsAt(machine.node)).toEqual([]);
    await pod.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, pod.target] });
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await machine.sh(`umount "$1"`, { args: [machine.target] });
    expect(pod.mountsAt(pod.target)).toEqual([]);
  });

  test("keeps its parent when the node renames or removes it, and can tell", async () => {
    using machine = await Machine.start();
    const pod = await machine.pod();
    await machine.sh(`mv "$1" "$1.old"; mkdir "$1"`, { args: [machine.parent] });
    expect(pod.mountsAt(pod.parent)[0]?.root).toBe("/var/lib/mooring.old");
    await machine.sh(`rmdir "$1.old"`, { args: [machine.parent] });
    expect(pod.mountsAt(pod.parent)[0]?.root).toBe("/var/lib/mooring.old//deleted");
  });
});

describe("the look below", () => {
  test("shows the bare directory while it is covered", async () => {
    using machine = await Machine.start();
    const script = `mkdir "$2"; touch "$2/shadowed"; mount --bind "$1" "$2"; mount --bind "$1" "$2"`;
    await machine.sh(script, { args: [machine.source, machine.target] });
    using below = await machine.below();
    expect(await below.sh(`ls "$1"`, { args: [machine.target] })).toBe("shadowed");
    expect(machine.mountsAt(machine.target)).toHaveLength(2);
  });
});

describe("a program", () => {
  test("runs inside, under its own pid, and is heard line by line", async () => {
    using machine = await Machine.start();
    const program = machine.run(["sh", "-c", `echo '{"pid":'$$'}'; echo "$GREETING" >&2; cat`], {
      env: { GREETING: "hello" },
    });
    await program.line((line) => line.startsWith("{"), { what: "its pid" });
    expect(program.log).toEqual([{ pid: program.pid }]);
    expect(await program.ask("echo")).toBe("echo");
    program.kill("SIGTERM");
    expect(await program.exited).toEqual({ code: null, signal: "SIGTERM" });
    expect(program.errors).toEqual(["hello"]);
  });

  test("that ends before it says what is waited for is an error that shows what it said", async () => {
    using machine = await Machine.start();
    const program = machine.run(["sh", "-c", "echo something else; exit 7"]);
    const said = await messageOf(program.line((line) => line === "x", { what: "an x" }));
    expect(said).toMatch(/^never: an x;.*"code":7.*something else/s);
  });
});
