import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import {
  AT_FDCWD,
  close,
  mkdirat,
  NO_LINKS,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  openat2,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_XDEV,
  removeDirectory,
} from "../../../agent/kernel/open.ts";
import { Folder, failure, said } from "./folder.ts";

let folder: Folder;
let dir: number;

beforeAll(() => {
  folder = new Folder();
  mkdirSync(folder.at("real/inner"), { recursive: true });
  writeFileSync(folder.at("real/file"), "text");
  symlinkSync("real", folder.at("link"));
  symlinkSync("/etc", folder.at("outside"));
  symlinkSync("link", folder.at("twice"));
  symlinkSync("nowhere", folder.at("dangling"));
  dir = openat2(AT_FDCWD, folder.path, O_PATH | O_DIRECTORY, NO_LINKS);
});

afterAll(() => {
  close(dir);
  folder[Symbol.dispose]();
});

const open = (path: string, resolve: number, flags = O_PATH): string => {
  try {
    close(openat2(dir, path, flags, resolve));
    return "opens";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe("openat2", () => {
  test.each([
    ["real/inner", NO_LINKS, "opens"],
    ["link", NO_LINKS, "ELOOP"],
    ["link/inner", NO_LINKS, "ELOOP"],
    ["twice/inner", NO_LINKS, "ELOOP"],
    ["dangling", NO_LINKS, "ELOOP"],
    ["link/inner", 0, "opens"],
    ["dangling", 0, "ENOENT"],
    ["missing", NO_LINKS, "ENOENT"],
    ["", NO_LINKS, "ENOENT"],
    ["real/missing/inner", NO_LINKS, "ENOENT"],
    ["real/file/inner", NO_LINKS, "ENOTDIR"],
    ["..", RESOLVE_BENEATH, "EXDEV"],
    ["real/../..", RESOLVE_BENEATH, "EXDEV"],
    ["real/../real", RESOLVE_BENEATH, "opens"],
    ["/etc", RESOLVE_BENEATH, "EXDEV"],
    ["outside/passwd", RESOLVE_BENEATH, "EXDEV"],
    ["outside/passwd", 0, "opens"],
    ["/proc", RESOLVE_NO_XDEV, "EXDEV"],
    ["/proc", 0, "opens"],
    ["/proc/self/root", RESOLVE_NO_MAGICLINKS, "ELOOP"],
    ["/proc/self/root", NO_LINKS, "ELOOP"],
  ])("%j with resolve %i: %s", (path, resolve, outcome) => {
    expect(open(path, resolve)).toBe(outcome);
  });

  test("tells what a path leads to by the flags for its last component", () => {
    expect(open("real/file", 0, O_RDONLY | O_DIRECTORY)).toBe("ENOTDIR");
    expect(open("link", 0, O_RDONLY | O_NOFOLLOW)).toBe("ELOOP");
    expect(open("real", 0, O_RDWR)).toBe("EISDIR");
    expect(open("real/file", 0, O_RDWR | O_CREAT | O_EXCL)).toBe("EEXIST");
  });

  test("refuses what the kernel does not know instead of ignoring it, as open(2) would", () => {
    expect(open("real", 0x8000)).toBe("EINVAL");
    expect(open("real", 0, O_PATH | 1)).toBe("EINVAL");
  });

  test("makes a file with the mode that was asked for, less the umask", () => {
    close(openat2(dir, "made", O_RDWR | O_CREAT | O_EXCL, NO_LINKS, 0o640));
    expect(said(["stat", "-c", "%a", folder.at("made")])).toBe((0o640 & ~process.umask()).toString(8));
  });

  test("gives a descriptor that no program started later inherits", () => {
    const fd = openat2(dir, "real/file", O_RDONLY, NO_LINKS);
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
    expect(Number.parseInt(flags, 8) & 0o2000000).toBe(0o2000000);
    // Bun.spawn closes all but the first three itself: a shell that is exec'd with nothing closed would show it.
    expect(said(["sh", "-c", "ls -l /proc/self/fd"])).not.toContain(folder.at("real/file"));
    close(fd);
  });

  test("leaves no descriptor behind when it fails", () => {
    const before = readdirSync("/proc/self/fd").length;
    for (let round = 0; round < 1000; round += 1) open("link", NO_LINKS);
    // The runtime opens and closes some of its own.
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 100);
  });
});

describe("paths", () => {
  const deep = (length: number): string => `real${"/".repeat(length - 4)}`;

  test.each([
    ["a space", "a b"],
    ["a newline", "a\nb"],
    ["a tab and a backslash", "a\tb\\c\\040"],
    ["nothing but dots", "..."],
    ["four-byte letters", "\u{1f9f5}".repeat(63)],
    ["255 bytes", "n".repeat(255)],
    ["bytes that are no text", "a\udcff\udc80b"],
    ["a dash", "-rf"],
  ])("may have %s", (_, name) => {
    expect(mkdirat(dir, name, 0o755)).toBe(true);
    expect(mkdirat(dir, name, 0o755)).toBe(false);
    expect(open(name, NO_LINKS)).toBe("opens");
    const bytes = readdirSync(folder.path, { encoding: "buffer" }).map((found) => found.toString("latin1"));
    const wanted = name === "a\udcff\udc80b" ? "a\xff\x80b" : Buffer.from(name, "utf8").toString("latin1");
    expect(bytes).toContain(wanted);
    removeDirectory(dir, name);
    expect(open(name, NO_LINKS)).toBe("ENOENT");
  });

  test("may have 4095 bytes and not one more", () => {
    expect(open(deep(4095), NO_LINKS)).toBe("opens");
    expect(open(deep(4096), NO_LINKS)).toBe("ENAMETOOLONG");
    expect(open("n".repeat(1_000_000), NO_LINKS)).toBe("ENAMETOOLONG");
    // The letter that would be cut in the middle.
    expect(open(`${"./".repeat(2046)}ab\u{1f9f5}`, NO_LINKS)).toBe("ENAMETOOLONG");
    expect(open("n".repeat(256), NO_LINKS)).toBe("ENAMETOOLONG");
  });

  test("never end early at a NUL", () => {
    expect(open("real\0", NO_LINKS)).toBe("EINVAL");
    expect(open("real\0/../../../etc/passwd", NO_LINKS)).toBe("EINVAL");
    expect(open("\0", NO_LINKS)).toBe("EINVAL");
  });

  test("do not show through from an earlier, longer one", () => {
    expect(open(`real/${"inner/../".repeat(200)}inner`, NO_LINKS)).toBe("opens");
    expect(open("r", NO_LINKS)).toBe("ENOENT");
    expect(open("", NO_LINKS)).toBe("ENOENT");
  });
});

describe("removeDirectory", () => {
  test("tells a full one, a mounted one and a missing one apart", () => {
    expect(failure(() => removeDirectory(dir, "real"))).toBe("ENOTEMPTY");
    expect(failure(() => removeDirectory(AT_FDCWD, "/proc"))).toBe("EBUSY");
    expect(failure(() => removeDirectory(dir, "missing"))).toBe("ENOENT");
    expect(failure(() => removeDirectory(dir, "link"))).toBe("ENOTDIR");
  });
});

describe("mkdirat", () => {
  test("never follows a link, not even a dangling one", () => {
    expect(mkdirat(dir, "dangling", 0o755)).toBe(false);
    expect(readdirSync(folder.path)).not.toContain("nowhere");
    expect(failure(() => mkdirat(dir, "missing/inner", 0o755))).toBe("ENOENT");
    expect(failure(() => mkdirat(dir, "real/file/inner", 0o755))).toBe("ENOTDIR");
  });
});
