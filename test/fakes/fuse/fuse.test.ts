import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Machine } from "../../kernel/harness/machine.ts";
import type { Program } from "../../kernel/harness/program.ts";
import { until } from "../../kernel/harness/until.ts";

const machineWithFuse = async () => {
  const machine = await Machine.start({ volume: "none" });
  return { machine, volume: await machine.fuse(), [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

/** Whether the kernel holds it where no signal reaches it: in D, or killed already but still there. */
const isStuck = ({ pid }: Program): boolean => /^State:\s+D/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("the FUSE volume", () => {
  test("is one: files, links, folders, renames, fsync, space", async () => {
    using at = await machineWithFuse();
    const said = await at.machine.sh(
      `cd "$1"
      printf hello > marker; sync marker; cat marker; echo
      (set -C; echo again > marker) 2>&1 | grep -o 'cannot create marker.*' || true
      ln marker second; stat -c '%h %i' marker second | uniq | wc -l
      mv marker first; mv -n first second; ls
      mkdir -p .mooring/nodes/here; chmod 1777 .; chown 1000:1000 .mooring; stat -c '%a %u %g' . .mooring
      ln -s second link; readlink link; rm first; rmdir .mooring/nodes/here; rmdir .mooring 2>&1 | grep -oi "not empty"
      head -c 3000000 /dev/urandom > /tmp/$$; cp /tmp/$$ big; cmp /tmp/$$ big && rm /tmp/$$
      truncate -s 5 big; stat -c %s big; for i in $(seq 200); do : > n$i; done; ls n* | wc -l
      stat -f -c '%S %b' .; touch -d @7 second; stat -c %Y second`,
      { args: [at.machine.source] },
    );
    expect(said.split("\n")).toEqual([
      "hello",
      "cannot create marker: File exists",
      "1",
      "first",
      "second",
      "1777 0 0",
      "755 1000 1000",
      "second",
      "not empty",
      "5",
      "200",
      "4096 16384",
      "7",
    ]);
    expect(at.machine.mountsAt(at.machine.source)[0]?.fsType).toBe("fuse.fake");
  });

  test("renames without replacing, until it does not know how", async () => {
    using at = await machineWithFuse();
    const script = `cd "$1"; : > one; "$2" -e '
      import { dlopen } from "bun:ffi";
      const { renameat2 } = dlopen("libc.so.6", { renameat2: { args: ["i32", "cstring", "i32", "cstring", "u32"], returns: "i32" } }).symbols;
      console.log(renameat2(-100, Buffer.from("one\\0"), -100, Buffer.from("two\\0"), 1));'; ls`;
    const args = [at.machine.source, process.execPath];
    expect(await at.machine.sh(script, { args })).toBe("0\ntwo");
    await at.volume.withoutRenameFlags();
    expect(await at.machine.sh(`rm -f "$1/two"; ${script}`, { args })).toBe("-1\none");
  });

  test("runs full", async () => {
    using at = await machineWithFuse();
    const script = `dd if=/dev/zero of="$1/x" bs=1M count=65 2>&1 | grep -o 'No space left on device'`;
    expect(await at.machine.sh(script, { args: [at.machine.source] })).toBe("No space left on device");
  });

  test("falls silent: what reads it waits, and goes on when it answers", async () => {
    using at = await machineWithFuse();
    await at.volume.silent();
    const child = at.machine.run(["stat", "-c", "%F", at.machine.source]);
    await until(async () => (await at.volume.held()) > 0, { what: "a request to be held" });
    expect(child.ending).toBeNull();
    await at.volume.answer();
    expect((await child.exited).code).toBe(0);
    expect(child.lines).toEqual(["directory"]);
    expect(await at.volume.held()).toBe(0);
  });

  test("holds a killed child until it answers", async () => {
    using at = await machineWithFuse();
    await at.volume.silent();
    const child = at.machine.run(["stat", at.machine.source]);
    await until(async () => (await at.volume.held()) > 0, { what: "a request to be held" });
    child.kill("SIGKILL");
    await until(() => isStuck(child), { what: "the child to be stuck" });
    await at.volume.answer();
    expect((await child.exited).signal).toBe("SIGKILL");
  });

  test.each([
    ["EIO", "Input/output error"],
    ["ESTALE", "Stale file handle"],
    ["ENOTCONN", "Transport endpoint is not connected"],
  ] as const)("answers everything with %s, then is well again", async (code, message) => {
    using at = await machineWithFuse();
    await at.volume.errno(code);
    const child = at.machine.run(["ls", at.machine.source]);
    expect((await child.exited).code).not.toBe(0);
    expect(child.said()).toContain(message);
    await at.volume.answer();
    expect(await at.machine.sh(`ls -A "$1"`, { args: [at.machine.source] })).toBe("");
  });

  test("answers with an error what it held while silent", async () => {
    using at = await machineWithFuse();
    await at.volume.silent();
    const child = at.machine.run(["stat", at.machine.source]);
    await until(async () => (await at.volume.held()) > 0, { what: "a request to be held" });
    await at.volume.errno("EIO");
    expect((await child.exited).code).toBe(1);
    expect(child.said()).toContain("Input/output error");
  });

  test("leaves ENOTCONN behind when its daemon is killed", async () => {
    using at = await machineWithFuse();
    await at.volume.kill();
    const child = at.machine.run(["stat", at.machine.source]);
    await child.exited;
    expect(child.said()).toContain("Transport endpoint is not connected");
    expect(at.machine.mountsAt(at.machine.source)).toHaveLength(1);
  });

  test("is slow while its daemon is stopped", async () => {
    using at = await machineWithFuse();
    await at.volume.pause();
    const child = at.machine.run(["stat", at.machine.source]);
    expect(child.ending).toBeNull();
    at.volume.resume();
    expect((await child.exited).code).toBe(0);
  });

  test("ends when it is unmounted", async () => {
    using at = await machineWithFuse();
    await at.machine.sh(`umount "$1"`, { args: [at.machine.source] });
    expect((await at.volume.daemon.exited).code).toBe(0);
  });
});
