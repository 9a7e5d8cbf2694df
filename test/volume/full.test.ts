import { describe, expect, test } from "bun:test";
import { Machine, type MachineOptions } from "../kernel/harness/machine.ts";
import { ask } from "./ask.ts";

const fillBytes = `dd if=/dev/zero of="$1/fill" bs=1k 2>/dev/null || true; dd if=/dev/zero of="$1/rest" bs=1 2>/dev/null || true`;
const fillInodes = `i=0; while mkdir "$1/n$i" 2>/dev/null; do i=$((i+1)); done`;
const noSpace = { reason: "NoSpaceLeft", message: expect.stringContaining("delete files or grow the claim") };

describe.each<[string, MachineOptions]>([
  ["tmpfs", { volume: "tmpfs", size: "1m", inodes: 40 }],
  ["ext4", { volume: "ext4", size: "16m", inodes: 64 }],
])("a full volume of %s", (_, options) => {
  test("of bytes is as healthy as before, once it has its marks", async () => {
    using machine = await Machine.start(options);
    const { uuid } = (await ask(machine)).volume.identity;
    await machine.sh(fillBytes, { args: [machine.source] });
    for (let look = 0; look < 3; look += 1) {
      const { volume } = await ask(machine);
      expect(volume).toMatchObject({ problem: null, remark: null, isNew: false, identity: { uuid } });
      expect(volume.space?.availBytes).toBeLessThan(4096);
    }
  });

  test("of inodes is as healthy as before, once it has its marks", async () => {
    using machine = await Machine.start(options);
    const { uuid } = (await ask(machine)).volume.identity;
    await machine.sh(fillInodes, { args: [machine.source] });
    const { volume } = await ask(machine);
    expect(volume).toMatchObject({ problem: null, remark: null, identity: { uuid }, space: { filesFree: 0 } });
  });

  test.each([
    ["bytes", fillBytes],
    ["inodes", fillInodes],
  ])("of %s from the start is told to be full, and nothing worse; later it gets its marks", async (__, fill) => {
    using machine = await Machine.start(options);
    await machine.sh(fill, { args: [machine.source] });
    for (let look = 0; look < 3; look += 1) {
      const { volume } = await ask(machine);
      expect(volume).toMatchObject({ problem: null, remark: noSpace });
    }
    const left = await machine.sh(`cd "$1"; find .mooring .ready -type f 2>/dev/null | grep -v /probe || true`, {
      args: [machine.source],
    });
    expect(left.split("\n").filter((name) => !/(volume\.json|\.ready)$/.test(name) && name !== "")).toEqual([]);
    await machine.sh(`cd "$1"; rm -rf fill rest n*`, { args: [machine.source] });
    const { volume } = await ask(machine);
    expect(volume).toMatchObject({ problem: null, remark: null });
    expect(await machine.read(`${machine.source}/.ready`)).toBe(volume.identity.uuid ?? "");
  });

  test("has no room for an application's directory, which is told too", async () => {
    using machine = await Machine.start(options);
    await ask(machine);
    await machine.sh(fillInodes, { args: [machine.source] });
    const directories = [{ path: "app", uid: 1000, gid: 1000, mode: 0o700 }];
    expect((await ask(machine, { mount: { directories } })).volume).toMatchObject({ problem: null, remark: noSpace });
  });
});
