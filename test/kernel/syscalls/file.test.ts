import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fstatfs, fsync, link, readStart, rename, unlink, writeStart } from "../../../agent/kernel/file.ts";
import {
  AT_FDCWD,
  close,
  NO_LINKS,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  openat2,
} from "../../../agent/kernel/open.ts";
import { readFile, readUpTo } from "../../../agent/kernel/read.ts";
import { Folder, failure, said } from "./folder.ts";

let folder: Folder;
let dir: number;
const make = (name: string, text = ""): void => writeFileSync(folder.at(name), text);
const read = (name: string): string => readFileSync(folder.at(name), "utf8");

beforeAll(() => {
  folder = new Folder();
  dir = openat2(AT_FDCWD, folder.path, O_RDONLY | O_DIRECTORY, NO_LINKS);
});

afterAll(() => {
  close(dir);
  folder[Symbol.dispose]();
});

describe("the start of a file", () => {
  test("is written and read back in place, up to 8 KiB", () => {
    const fd = openat2(dir, "start", O_RDWR | O_CREAT, NO_LINKS, 0o600);
    expect(readStart(fd, "start")).toEqual(new Uint8Array(0));
    for (const size of [8192, 64, 0]) {
      const content = crypto.getRandomValues(new Uint8Array(size));
      writeStart(fd, "start", content);
      expect(readStart(fd, "start").subarray(0, size)).toEqual(content);
      expect(statSync(folder.at("start")).size).toBe(8192);
    }
    make("long", "x".repeat(100_000));
    const long = openat2(dir, "long", O_RDONLY, NO_LINKS);
    expect(readStart(long, "long").length).toBe(8192);
    fsync(long, "long");
    close(fd);
    close(long);
  });

  test("fails like the kernel", () => {
    const full = openat2(AT_FDCWD, "/dev/full", O_WRONLY, NO_LINKS);
    expect(failure(() => writeStart(full, "/dev/full", new Uint8Array(1)))).toBe("ENOSPC");
    expect(failure(() => readStart(full, "/dev/full"))).toBe("EBADF");
    close(full);
    expect(failure(() => readStart(dir, "directory"))).toBe("EISDIR");
    expect(failure(() => fsync(-1, "nothing"))).toBe("EBADF");
  });
});

describe("names", () => {
  test("unlink tells whether there was one, and never removes a directory", () => {
    make("file");
    expect(unlink(dir, "file")).toBe(true);
    expect(unlink(dir, "file")).toBe(false);
    said(["mkdir", folder.at("folder")]);
    expect(failure(() => unlink(dir, "folder"))).toBe("EISDIR");
  });

  test("link gives a second one, and replaces none", () => {
    make("first", "1");
    make("taken", "2");
    link(dir, "first", dir, "second");
    expect(read("second")).toBe("1");
    expect(failure(() => link(dir, "first", dir, "taken"))).toBe("EEXIST");
    expect(read("taken")).toBe("2");
    expect(failure(() => link(dir, "missing", dir, "other"))).toBe("ENOENT");
  });

  test("rename replaces only where it may", () => {
    make("old", "old");
    make("new", "new");
    expect(failure(() => rename(dir, "old", dir, "new", false))).toBe("EEXIST");
    expect([read("old"), read("new")]).toEqual(["old", "new"]);
    rename(dir, "old", dir, "new", true);
    expect([existsSync(folder.at("old")), read("new")]).toEqual([false, "old"]);
    rename(dir, "new", dir, "newer", false);
    expect(read("newer")).toBe("old");
    expect(failure(() => rename(dir, "newer", dir, "folder", true))).toBe("EISDIR");
  });
});

describe("fstatfs", () => {
  test.each([
    ["/", false],
    ["/dev/shm", false],
    ["/proc", false],
  ])("of %s is what stat(1) says", (path, readOnly) => {
    const fd = openat2(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, NO_LINKS);
    const space = fstatfs(fd, path);
    const [unit = 0, blocks = 0, avail = 0, files = 0, filesFree = 0] = said([
      "stat",
      "-f",
      "-c",
      "%S %b %a %c %d",
      path,
    ])
      .split(" ")
      .map(Number);
    expect(space.sizeBytes).toBe(unit * blocks);
    expect(space.files).toBe(files);
    // Others write to the disk meanwhile.
    expect(Math.abs(space.availBytes - unit * avail)).toBeLessThan(2 ** 30);
    expect(Math.abs(space.filesFree - filesFree)).toBeLessThan(10_000);
    expect(space.readOnly).toBe(readOnly);
    close(fd);
  });
});

describe("reading a whole file", () => {
  test("gives all of it or the first bytes, whatever its size", () => {
    const text = "0123456789".repeat(100_000);
    make("large", text);
    expect(Buffer.from(readFile(folder.at("large"), 1 << 26)).toString()).toBe(text);
    for (const limit of [1, 262_144, 262_145, 999_999])
      expect(Buffer.from(readFile(folder.at("large"), limit)).toString()).toBe(text.slice(0, limit));
    make("empty");
    expect(readFile(folder.at("empty"), 100).length).toBe(0);
    expect(Buffer.from(readFile("/proc/filesystems", 1 << 26)).toString()).toBe(
      readFileSync("/proc/filesystems", "utf8"),
    );
    expect(failure(() => readFile(folder.at("missing"), 100))).toBe("ENOENT");
    expect(failure(() => readFile(folder.path, 100))).toBe("EISDIR");
    expect(failure(() => readUpTo(-1, "nothing", 100))).toBe("EBADF");
  });
});
