import { expect, test } from "bun:test";
import { connectionOf, isFuse } from "../../../agent/core/fuse.ts";
import type * as FuseModule from "../../../agent/kernel/fuse.ts";
import { Machine } from "../harness/machine.ts";
import { messageOf, until } from "../harness/until.ts";
import { Inside } from "../linux/inside.ts";

test.each([
  ["fuse", true],
  ["fuse.s3fs", true],
  ["fuseblk", true],
  ["fuseblk.ntfs", true],
  ["virtiofs", false],
  ["fusectl", false],
  ["nfs4", false],
])("%s has control files: %p", (fsType, has) => {
  expect(isFuse(fsType)).toBe(has);
});

test.each([
  ["0:52", 52],
  // Beyond what one byte of the old 16-bit device numbers holds.
  ["0:321", 321],
  ["0:1048575", 1_048_575],
  // A real block device, as that of fuseblk: seen on a loop device as 7340032.
  ["7:0", 7_340_032],
  ["259:3", 271_581_187],
])("the connection of device %s is %d", (device, connection) => {
  expect(connectionOf(device)).toBe(connection);
});

test("a silent connection says how many wait, and lets them go when it is aborted; nothing is mounted for that", async () => {
  using machine = await Machine.start({ volume: "none" });
  const volume = await machine.fuse();
  const inside = await Inside.start(machine);
  const { waitingRequests, abortConnection } = inside.module<typeof FuseModule>("kernel/fuse.ts");
  const connection = connectionOf(machine.mountsAt(machine.source)[0]?.device ?? "");
  const before = machine.mountinfo();
  expect(await waitingRequests(connection)).toBe(0);
  await volume.silent();
  const reader = machine.run(["ls", machine.source]);
  await until(async () => (await volume.held()) > 0, { what: "a request to be held" });
  expect(await waitingRequests(connection)).toBe(1);
  expect(reader.ending).toBeNull();
  await abortConnection(connection);
  expect((await reader.exited).code).not.toBe(0);
  expect(reader.said()).toContain("connection abort");
  expect(await messageOf(machine.sh(`ls "$1"`, { args: [machine.source] }))).toContain("not connected");
  expect(await waitingRequests(connection)).toBe(0);
  expect(machine.mountinfo()).toEqual(before);
});

test("a connection that is not there is told as such", async () => {
  using machine = await Machine.start({ volume: "none" });
  const inside = await Inside.start(machine);
  const { waitingRequests, abortConnection } = inside.module<typeof FuseModule>("kernel/fuse.ts");
  expect(await messageOf(waitingRequests(1_048_575))).toBe("openat2 1048575/waiting: ENOENT");
  expect(await messageOf(abortConnection(1_048_575))).toBe("openat2 1048575/abort: ENOENT");
});
