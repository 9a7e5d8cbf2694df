import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { askVolumeChild } from "../../agent/volume/child-process.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { denying, refusing } from "../kernel/harness/old-kernel.ts";
import { ask, askChild, requestFor, selfIn } from "./ask.ts";

const problemOf = async (machine: Machine, source: string, sourceMustBeMount = true) => {
  const { report } = await ask(machine, { mount: { sourceMustBeMount } }, { source, target: machine.target });
  expect(report.volume).toBeNull();
  return report.source?.ok === false ? report.source.problem : report.source;
};

describe("the source", () => {
  test("that is a mounted claim is found, by what the kernel calls it", async () => {
    using machine = await Machine.start({ volume: "ext4" });
    const { report } = await askChild(machine);
    const [mounted] = machine.mountsAt(machine.source);
    const inode = BigInt(await machine.sh(`stat -c %i "$1"`, { args: [machine.source] }));
    expect(report.source).toEqual({
      ok: true,
      fd: expect.any(Number),
      readOnly: false,
      identity: {
        device: mounted?.device ?? "",
        inode,
        superDevice: mounted?.device ?? "",
        fsType: "ext4",
        source: mounted?.source ?? "",
        root: "/",
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(report.volume).toMatchObject({ through: "source", problem: null, remark: null, isNew: true });
  });

  test("may be a directory of a claim, whose root says which", async () => {
    using machine = await Machine.start();
    const path = "a b/c\nd/\u{1f9f5}";
    await machine.sh(`mkdir -p "$1/$2" "$1/bound"`, { args: [machine.source, path] });
    const rootOf = async (source: string) => {
      const { report } = await ask(machine, {}, { source, target: machine.target });
      return report.source?.ok ? report.source.identity.root : report.source;
    };
    expect(await rootOf(`${machine.source}/${path}`)).toBe(`/${path}`);
    await machine.sh(`mount --bind "$1/a b" "$1/bound"`, { args: [machine.source] });
    expect(await rootOf(`${machine.source}/bound`)).toBe("/a b");
    expect(await rootOf(`${machine.source}/bound/c\nd`)).toBe("/a b/c\nd");
    // What a bind of it shows in the table is the same.
    await machine.sh(`mkdir "$3"; mount --bind "$1/bound/$2" "$3"`, {
      args: [machine.source, "c\nd", machine.target],
    });
    expect(machine.mountsAt(machine.target)[0]?.root).toBe("/a b/c\nd");
  });

  test("that is not there, or no directory, or behind a link, is told with the way out", async () => {
    using machine = await Machine.start();
    await machine.sh(`cd "$1"; : > file; mkdir real; ln -s real link; ln -s nowhere dangling; mkfifo fifo`, {
      args: [machine.source],
    });
    const at = (name: string) => problemOf(machine, `${machine.source}/${name}`);
    expect(await at("missing")).toMatchObject({
      reason: "SourceMissing",
      message: expect.stringContaining("does not exist"),
    });
    expect(await at("missing/below")).toMatchObject({ reason: "SourceMissing" });
    for (const name of ["file", "file/below", "fifo"])
      expect([name, await at(name)]).toMatchObject([
        name,
        { reason: "SourceUnusable", message: expect.stringContaining("not a directory") },
      ]);
    for (const name of ["link", "link/below", "dangling"])
      expect([name, await at(name)]).toMatchObject([
        name,
        { reason: "SourceUnusable", message: expect.stringContaining("symbolic link") },
      ]);
    expect(await at("n".repeat(300))).toMatchObject({
      reason: "VolumeUnusable",
      message: expect.stringContaining("ENAMETOOLONG"),
    });
  });

  test("that is an empty directory where a claim should be is not one, unless that is allowed", async () => {
    // The machine's root stands for the container's disk: what is not on a mount of its own lies on "/".
    using machine = await Machine.start({ volume: "none" });
    const onDisk = await machine.sh(`mktemp -d /tmp/mooring-test-source-XXXXXX`);
    try {
      expect(await problemOf(machine, onDisk)).toMatchObject({
        reason: "SourceNotMounted",
        message: expect.stringContaining("sourceMustBeMount: false"),
      });
      const { volume } = await ask(
        machine,
        { mount: { sourceMustBeMount: false } },
        { source: onDisk, target: machine.target },
      );
      expect(volume.problem).toBeNull();
      const { report } = await ask(machine, {}, { source: machine.source, target: machine.target });
      expect(report.source?.ok).toBe(true);
    } finally {
      await machine.sh(`rm -r "$1"`, { args: [onDisk] });
    }
  });
});

test("a child on a kernel without statmount says the same", async () => {
  using machine = await Machine.start({ volume: "ext4" });
  await machine.sh(`mkdir "$1/claim" "$2"; mount --bind "$1/claim" "$2"`, { args: [machine.source, machine.target] });
  const request = requestFor({ source: `${machine.source}/claim`, target: machine.target });
  const [enter = "", pid = "", dash = "", ...program] = selfIn(machine);
  const reports: unknown[] = [];
  for (const self of [
    selfIn(machine),
    [enter, pid, dash, ...denying(refusing(["statmount"]), program)],
    selfIn(machine),
  ]) {
    const child = askVolumeChild(self, request);
    const answer = await child.answer;
    if (answer.ok && answer.report.volume) answer.report.volume.space = null;
    reports.push(answer);
    child.letGo();
  }
  expect(reports[1]).toEqual(reports[2] as object);
  expect(reports[0]).toMatchObject({ ok: true, report: { volume: { problem: null, identity: { root: "/claim" } } } });
});

describe("the volume is examined through the target", () => {
  test("when that shows the same directory as the source", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    const { report, volume } = await ask(machine);
    expect(volume).toMatchObject({ through: "target", problem: null });
    expect(report.source?.ok === true && report.source.identity).toEqual(volume.identity);
  });

  test("and not when another one is mounted there", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"; mount -t tmpfs other "$1"`, { args: [machine.target] });
    expect((await ask(machine)).volume.through).toBe("source");
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.target] })).toBe("");
  });

  test("when the source is gone, or only the target is known", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    await ask(machine);
    await machine.sh(`umount "$1"; rmdir "$1"`, { args: [machine.source] });
    const { report, volume } = await ask(machine);
    expect(report.source).toMatchObject({ ok: false, problem: { reason: "SourceMissing" } });
    expect(volume).toMatchObject({ through: "target", problem: null });
    const watched = await ask(machine, {}, { source: null, target: machine.target });
    expect(watched.report.source).toBeNull();
    expect(watched.volume.identity.uuid).toBe(volume.identity.uuid);
  });

  test("without a touch when the source is gone and what is mounted there is not marked as ours", async () => {
    using machine = await Machine.start();
    const foreign = join(machine.root, "foreign");
    const theirs = { uuid: "0b8ac2f0-6d3c-4b5e-9f1a-2f6a3d1c9e77", instance: "theirs", mount: "dumps" };
    await machine.sh(
      `umount "$1"; rmdir "$1"; mkdir -p "$3/app" "$2"; chmod 700 "$3" "$3/app"; chown 1234 "$3/app"; : > "$3/app/file"; mount --bind "$3" "$2"`,
      { args: [machine.source, machine.target, foreign] },
    );
    const listing = () => machine.sh(`cd "$1"; find . -printf '%p %m %U %T@ %C@\n' | sort`, { args: [foreign] });
    const mount = { mode: 0o1777, directories: [{ path: "app", uid: 1000, gid: 1000, mode: 0o770 }] };
    const examined = async (text: string | null) => {
      if (text !== null) await machine.write(join(foreign, ".mooring/volume.json"), text);
      const before = await listing();
      const { report, volume } = await ask(machine, { mount, requested: mount.directories });
      expect(report.source).toMatchObject({ ok: false });
      expect(await listing()).toBe(before);
      return volume.identity.uuid;
    };
    expect(await examined(null)).toBeNull();
    expect(await examined("no JSON")).toBeNull();
    expect(await examined(JSON.stringify(theirs))).toBe(theirs.uuid);
    expect(await examined(JSON.stringify({ ...theirs, instance: "mooring", mount: "traces" }))).toBe(theirs.uuid);
  });

  test("never when nothing is mounted there: the bare directory stays as it is", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"`, { args: [machine.target] });
    const { report } = await ask(machine, {}, { source: null, target: machine.target });
    expect(report).toEqual({ source: null, volume: null });
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.target] })).toBe("");
    expect((await ask(machine, {}, { source: null, target: `${machine.parent}/missing` })).report.volume).toBeNull();
  });
});
