import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { chown } from "node:fs/promises";
import { parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { detectCapabilities } from "../../../agent/kernel/capabilities.ts";
import { AT_FDCWD, close, NO_LINKS, O_PATH, openat2 } from "../../../agent/kernel/open.ts";
import { readFile } from "../../../agent/kernel/read.ts";
import { isDirectory, isRegular, isSymlink, ownerOf, statx } from "../../../agent/kernel/statx.ts";
import { Folder, failure, said } from "./folder.ts";

let folder: Folder;

beforeAll(async () => {
  folder = new Folder();
  mkdirSync(folder.at("directory"), { mode: 0o710 });
  writeFileSync(folder.at("file"), "text", { mode: 0o604 });
  await chown(folder.at("file"), 4_000_000_000, 70_000);
  symlinkSync("file", folder.at("link"));
  said(["ln", folder.at("file"), folder.at("second")]);
  said(["mkfifo", folder.at("fifo")]);
  said(["mknod", folder.at("device"), "c", "250", "99999"]);
});

afterAll(() => folder[Symbol.dispose]());

describe("statx", () => {
  test.each(["directory", "file", "second", "link", "fifo", "device"])("of a %s is what stat(1) says", (name) => {
    const path = folder.at(name);
    const { device, inode, mode, nlink } = statx(AT_FDCWD, path);
    const [dev, ino, hexMode, links] = said(["stat", "-c", "%Hd:%Ld %i %f %h", path]).split(" ");
    expect([device, String(inode), mode.toString(16), String(nlink)]).toEqual([dev, ino, hexMode, links] as string[]);
  });

  test("knows what is what", () => {
    const kinds = ["directory", "file", "link", "fifo"].map((name) => {
      const { mode } = statx(AT_FDCWD, folder.at(name));
      return [isDirectory(mode), isRegular(mode), isSymlink(mode)];
    });
    expect(kinds).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [false, false, false],
    ]);
  });

  test("of a descriptor is that of its path", () => {
    const fd = openat2(AT_FDCWD, folder.at("file"), O_PATH, NO_LINKS);
    expect(statx(fd, "")).toEqual(statx(AT_FDCWD, folder.at("file")));
    const [uid, gid, mode] = said(["stat", "-c", "%u %g %f", folder.at("file")]).split(" ");
    const owner = ownerOf(fd);
    expect([String(owner.uid), String(owner.gid), owner.mode.toString(16)]).toEqual([uid, gid, mode] as string[]);
    close(fd);
  });

  test("tells whether a path is the root of a mount, and of which", () => {
    const table = parseMountinfo(readFile("/proc/self/mountinfo", 1 << 26));
    for (const path of ["/", "/proc"]) {
      const { mountRoot, mountId } = statx(AT_FDCWD, path, "reused");
      const top = table.filter((entry) => entry.mountPoint === path).at(-1);
      expect([path, mountRoot, Number(mountId)]).toEqual([path, true, top?.id ?? Number.NaN]);
    }
    const below = statx(AT_FDCWD, "/proc/self", "reused");
    expect([below.mountRoot, below.mountId]).toEqual([false, statx(AT_FDCWD, "/proc", "reused").mountId]);
  });

  test("has ids that are never used twice, from Linux 6.8 on", () => {
    const unique = statx(AT_FDCWD, "/proc").mountId;
    // MNT_UNIQUE_ID_OFFSET, fs/namespace.c
    expect(unique > 1n << 31n).toBe(detectCapabilities().statmount);
    expect(statx(AT_FDCWD, "/proc/self").mountId).toBe(unique);
    expect(statx(AT_FDCWD, "/").mountId).not.toBe(unique);
  });

  test("sees the immutable flag", () => {
    said(["chattr", "+i", folder.at("directory")]);
    expect(statx(AT_FDCWD, folder.at("directory")).immutable).toBe(true);
    said(["chattr", "-i", folder.at("directory")]);
    expect(statx(AT_FDCWD, folder.at("directory")).immutable).toBe(false);
  });

  test("sees that a directory was removed while it is held", () => {
    mkdirSync(folder.at("short-lived"));
    const fd = openat2(AT_FDCWD, folder.at("short-lived"), O_PATH, NO_LINKS);
    said(["rmdir", folder.at("short-lived")]);
    expect(statx(fd, "").nlink).toBe(0);
    close(fd);
  });

  test("fails like the kernel", () => {
    expect(failure(() => statx(AT_FDCWD, folder.at("missing")))).toBe("ENOENT");
    expect(failure(() => statx(AT_FDCWD, folder.at("file/inner")))).toBe("ENOTDIR");
    expect(failure(() => statx(-1, ""))).toBe("EBADF");
    expect(failure(() => ownerOf(-1))).toBe("EBADF");
  });
});
