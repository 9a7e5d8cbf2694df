import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type * as MountModule from "../../../agent/kernel/mount.ts";
import { MS_PRIVATE, MS_SHARED } from "../../../agent/kernel/mount.ts";
import type * as OpenModule from "../../../agent/kernel/open.ts";
import { AT_FDCWD, NO_LINKS, O_PATH } from "../../../agent/kernel/open.ts";
import type * as StatxModule from "../../../agent/kernel/statx.ts";
import { Machine } from "../harness/machine.ts";
import { codeOf, Inside, type Remote } from "../linux/inside.ts";

let machine: Machine;
let inside: Inside;
let mount: Remote<typeof MountModule>;
let open: Remote<typeof OpenModule>;
let statx: Remote<typeof StatxModule>["statx"];

beforeEach(async () => {
  machine = await Machine.start();
  await machine.sh(`mkdir "$1"; ln -s "$1" "$2/link"; : > "$2/file"; mkdir -p "$3/sub/inner"`, {
    args: [machine.target, machine.parent, machine.source],
  });
  inside = await Inside.start(machine);
  mount = inside.module("kernel/mount.ts");
  open = inside.module("kernel/open.ts");
  ({ statx } = inside.module<typeof StatxModule>("kernel/statx.ts"));
});

afterEach(() => machine[Symbol.dispose]());

const directory = (path: string): Promise<number> => open.openat2(AT_FDCWD, path, O_PATH, NO_LINKS);
const optionsAt = (path: string): readonly string[] => machine.mountsAt(path).at(-1)?.options ?? [];
const isCloseOnExec = (fd: number): boolean =>
  (Number.parseInt(
    /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/${inside.pid}/fdinfo/${fd}`, "utf8"))?.[1] ?? "",
    8,
  ) &
    0o2000000) !==
  0;

describe("a clone", () => {
  test("is detached, adds nothing to the table, is that directory, and is closed on exec", async () => {
    const count = machine.mountCount();
    const tree = await mount.cloneTree(AT_FDCWD, `${machine.source}/sub`);
    expect(machine.mountCount()).toBe(count);
    expect(isCloseOnExec(tree)).toBe(true);
    const [held, original] = [await statx(tree, ""), await statx(AT_FDCWD, `${machine.source}/sub`)];
    expect([held.inode, held.device, held.mountRoot]).toEqual([original.inode, original.device, true]);
    expect(held.mountId).not.toBe(original.mountId);
  });

  test("of a descriptor is one of what it holds, and pins it", async () => {
    const tree = await mount.cloneTree(await directory(machine.source), "");
    await machine.sh(`echo kept > "$1/file"; umount -l "$1"`, { args: [machine.source] });
    await mount.moveMount(tree, await directory(machine.parent), "dumps");
    expect(await machine.read(`${machine.target}/file`)).toBe("kept");
  });

  test("leaves out what is mounted below", async () => {
    await machine.sh(`mount -t tmpfs none "$1/sub"`, { args: [machine.source] });
    const tree = await mount.cloneTree(AT_FDCWD, machine.source);
    expect((await statx(tree, "sub")).mountRoot).toBe(false);
    expect((await statx(tree, "sub/inner")).mountRoot).toBe(false);
  });

  test("of a link is one of the link, which is no directory to mount on", async () => {
    const tree = await mount.cloneTree(AT_FDCWD, `${machine.parent}/link`);
    expect(await codeOf(mount.moveMount(tree, await directory(machine.parent), "dumps"))).toBe("EINVAL");
    expect(await codeOf(mount.cloneTree(AT_FDCWD, `${machine.parent}/missing`))).toBe("ENOENT");
  });
});

describe("attaching", () => {
  test("does not follow a link under that name, nor goes onto a file or a name that is not there", async () => {
    const parent = await directory(machine.parent);
    const tree = await mount.cloneTree(AT_FDCWD, machine.source);
    expect(await codeOf(mount.moveMount(tree, parent, "link"))).toBe("EINVAL");
    expect(await codeOf(mount.moveMount(tree, parent, "file"))).toBe("EINVAL");
    expect(await codeOf(mount.moveMount(tree, parent, "missing"))).toBe("ENOENT");
    expect(machine.mountsAt(machine.target)).toEqual([]);
    await mount.moveMount(tree, parent, "dumps");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    // It is attached now, and a shared parent lets go of nothing.
    expect(await codeOf(mount.moveMount(tree, parent, "dumps"))).toBe("EINVAL");
  });

  test("beneath goes under the top mount, and is EINVAL where there is none", async () => {
    const parent = await directory(machine.parent);
    const tree = await mount.cloneTree(AT_FDCWD, machine.source);
    expect(await codeOf(mount.moveMount(tree, parent, "dumps", true))).toBe("EINVAL");
    await machine.sh(`mount -t tmpfs top "$1"`, { args: [machine.target] });
    await mount.moveMount(tree, parent, "dumps", true);
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["scratch", "top"]);
  });
});

describe("attributes", () => {
  test("are set and cleared one by one, before anybody sees them; the others stay", async () => {
    const tree = await mount.cloneTree(AT_FDCWD, machine.source);
    await mount.setAttributes(tree, { set: ["nosuid", "nodev", "noexec", "noatime", "ro"] });
    await mount.moveMount(tree, await directory(machine.parent), "dumps");
    expect(optionsAt(machine.target)).toEqual(["ro", "nosuid", "nodev", "noexec", "noatime"]);
    expect(optionsAt(machine.source)).toEqual(["rw", "relatime"]);
    const top = await directory(machine.target);
    await mount.setAttributes(top, { clear: ["ro", "noexec"] });
    expect(optionsAt(machine.target)).toEqual(["rw", "nosuid", "nodev", "noatime"]);
    await mount.setAttributes(top, { clear: ["noatime"], set: ["ro"] });
    expect(optionsAt(machine.target)).toEqual(["ro", "nosuid", "nodev", "relatime"]);
  });

  test("keep how access times are written, unless they are named", async () => {
    for (const kind of ["strictatime", "nodiratime"]) {
      await machine.sh(`mount -o remount,bind,${kind} "$1"`, { args: [machine.source] });
      const before = optionsAt(machine.source);
      await mount.setAttributes(await directory(machine.source), { set: ["nosuid"], clear: ["ro"] });
      expect(optionsAt(machine.source).toSorted()).toEqual([...before, "nosuid"].toSorted());
      await mount.setAttributes(await directory(machine.source), { clear: ["nosuid"] });
    }
  });

  test("change nothing when one of them is refused", async () => {
    expect(await codeOf(mount.setAttributes(await directory(`${machine.source}/sub`), { set: ["ro"] }))).toBe("EINVAL");
    expect(optionsAt(machine.source)).toEqual(["rw", "relatime"]);
  });

  test("include the propagation", async () => {
    const fd = await directory(machine.source);
    await mount.setAttributes(fd, { propagation: MS_SHARED });
    expect(machine.mountsAt(machine.source)[0]?.shared).toBeNumber();
    await mount.setAttributes(fd, { propagation: MS_PRIVATE });
    expect(machine.mountsAt(machine.source)[0]?.shared).toBeNull();
  });
});

describe("detaching", () => {
  test("takes the mount whose root is held, and is EINVAL once that is gone or another one in its place", async () => {
    await machine.sh(`mount -t tmpfs one "$1"`, { args: [machine.target] });
    const one = await directory(machine.target);
    await mount.detach(one, "one");
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await codeOf(mount.detach(one, "one"))).toBe("EINVAL");
    await machine.sh(`mount -t tmpfs two "$1"`, { args: [machine.target] });
    expect(await codeOf(mount.detach(one, "one"))).toBe("EINVAL");
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["two"]);
  });

  test("takes what covers it instead, as umount(2) goes on to the top: so look first", async () => {
    await machine.sh(`mount -t tmpfs one "$1"`, { args: [machine.target] });
    const one = await directory(machine.target);
    await machine.sh(`mount -t tmpfs two "$1"`, { args: [machine.target] });
    await mount.detach(one, "one");
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["one"]);
  });

  test("takes along what is mounted inside: so look first", async () => {
    await machine.sh(`mount -t tmpfs one "$1"; mkdir "$1/inner"; mount -t tmpfs inner "$1/inner"`, {
      args: [machine.target],
    });
    const count = machine.mountCount();
    await mount.detach(await directory(machine.target), "one");
    expect(machine.mountCount()).toBe(count - 2);
  });

  test("is EINVAL for a directory that is no mount's root", async () => {
    expect(await codeOf(mount.detach(await directory(`${machine.source}/sub`), "sub"))).toBe("EINVAL");
    expect(machine.mountsAt(machine.source)).toHaveLength(1);
  });
});

describe("the ways of before Linux 5.12", () => {
  test("change options, change propagation, mount a new file system", async () => {
    await machine.sh(`mount --bind "$1/sub" "$2"`, { args: [machine.source, machine.target] });
    await mount.remountBind(machine.target, ["ro", "nosuid", "nodev", "noexec", "noatime"]);
    expect(optionsAt(machine.target)).toEqual(["ro", "nosuid", "nodev", "noexec", "noatime"]);
    await mount.remountBind(machine.target, []);
    expect(optionsAt(machine.target)).toEqual(["rw", "noatime"]);
    await mount.setPropagation(machine.target, MS_PRIVATE);
    expect(machine.mountsAt(machine.target)[0]?.shared).toBeNull();
    await mount.mountNew("tmpfs", machine.target, "size=64k,mode=0700");
    expect(machine.mountsAt(machine.target).at(-1)).toMatchObject({
      fsType: "tmpfs",
      options: ["rw", "nosuid", "nodev", "relatime"],
    });
    expect(await codeOf(mount.mountNew("no-such-fs", machine.target, ""))).toBe("ENODEV");
  });
});
