import { describe, expect, test } from "bun:test";
import type { MountOption } from "../../agent/core/config/config.ts";
import { Machine, type MachineOptions } from "../kernel/harness/machine.ts";
import { ask } from "./ask.ts";

const lookWith = (machine: Machine, options: MountOption[]) => ask(machine, { mount: { options } });

describe.each<[string, MachineOptions]>([
  ["tmpfs", { volume: "tmpfs" }],
  ["ext4", { volume: "ext4", size: "16m" }],
])("a read-only volume of %s", (_, options) => {
  test("whose mount is read-only is told from one whose file system is", async () => {
    using machine = await Machine.start(options);
    await ask(machine);
    await machine.sh(`mount -o remount,bind,ro "$1"`, { args: [machine.source] });
    const mounted = await ask(machine);
    expect(mounted.volume.problem).toMatchObject({
      reason: "MountReadOnly",
      message: expect.stringContaining("add ro"),
    });
    expect(mounted.report.source).toMatchObject({ ok: true, readOnly: true });
    await machine.sh(`mount -o remount,bind,rw "$1"; mount -o remount,ro "$1"`, { args: [machine.source] });
    expect((await ask(machine)).volume.problem?.reason).toBe("FileSystemReadOnly");
    await machine.sh(`mount -o remount,rw "$1"`, { args: [machine.source] });
    expect((await ask(machine)).volume).toMatchObject({ problem: null, remark: null });
  });

  test("that is meant to be so is fine, and keeps its identity", async () => {
    using machine = await Machine.start(options);
    const { uuid } = (await ask(machine)).volume.identity;
    await machine.sh(`mount -o remount,bind,ro "$1"`, { args: [machine.source] });
    const { volume } = await lookWith(machine, ["ro"]);
    expect(volume).toMatchObject({ problem: null, remark: null, isNew: false });
    expect(volume.identity.uuid).toBe(uuid);
    expect(volume.space?.sizeBytes).toBeGreaterThan(0);
  });

  test("that is meant to be so needs no marks", async () => {
    using machine = await Machine.start(options);
    await machine.sh(`mount -o remount,ro "$1"`, { args: [machine.source] });
    expect((await lookWith(machine, ["ro"])).volume).toMatchObject({ problem: null, remark: null, isNew: false });
  });
});

test("a volume behind a mount that somebody made read-only is examined at its source, and found well", async () => {
  using machine = await Machine.start();
  await machine.sh(`mkdir -p "$2"; mount --bind "$1" "$2"; mount -o remount,bind,ro "$2"`, {
    args: [machine.source, machine.target],
  });
  expect((await ask(machine)).volume).toMatchObject({ through: "source", problem: null });
  expect((await lookWith(machine, ["ro"])).volume).toMatchObject({ through: "target", problem: null });
  await machine.sh(`mount -o remount,bind,ro "$1"`, { args: [machine.source] });
  expect((await ask(machine)).volume).toMatchObject({ through: "target", problem: { reason: "MountReadOnly" } });
});

describe("ext4 after an error", () => {
  /** Turns the file system read-only inside, as an error on the disk does: the mount still says rw. */
  const fail = (machine: Machine): Promise<string> =>
    machine.sh(
      `mount -o remount,errors=remount-ro "$1"
       device=$(basename "$(findmnt -no SOURCE "$1")"); echo test > "/sys/fs/ext4/$device/trigger_fs_error"`,
      { args: [machine.source] },
    );

  test("is a read-only file system, whatever its options say", async () => {
    using machine = await Machine.start({ volume: "ext4", size: "16m" });
    await ask(machine);
    await fail(machine);
    expect(machine.mountsAt(machine.source)[0]?.options).toContain("rw");
    expect((await ask(machine)).volume.problem?.reason).toBe("FileSystemReadOnly");
  });

  test("is so before the first look too", async () => {
    using machine = await Machine.start({ volume: "ext4", size: "16m" });
    await fail(machine);
    expect((await ask(machine)).volume.problem?.reason).toBe("FileSystemReadOnly");
  });
});
