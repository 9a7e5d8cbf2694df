import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { chmod, chown, getXattr, setImmutable, setXattr, tryLock } from "../../../agent/kernel/inode.ts";
import {
  AT_FDCWD,
  close,
  mkdirat,
  NO_LINKS,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
  openat2,
  removeDirectory,
} from "../../../agent/kernel/open.ts";
import { Program } from "../harness/program.ts";
import { until } from "../harness/until.ts";
import { Folder, failure, said } from "./folder.ts";

let folder: Folder;
let dir: number;

beforeAll(() => {
  folder = new Folder();
  mkdirSync(folder.at("bare"));
  dir = openat2(AT_FDCWD, folder.at("bare"), O_RDONLY | O_DIRECTORY, NO_LINKS);
});

afterAll(() => {
  close(dir);
  folder[Symbol.dispose]();
});

describe("the immutable flag", () => {
  const flags = (): string[] =>
    (said(["lsattr", "-d", folder.at("bare")]).split(" ")[0] ?? "").split("").filter((flag) => flag !== "-");

  test("is set and cleared, all other flags kept", () => {
    said(["chattr", "+Ad", folder.at("bare")]);
    const before = flags();
    expect(setImmutable(dir, "bare", true)).toBe(true);
    expect(setImmutable(dir, "bare", true)).toBe(true);
    expect(flags().toSorted()).toEqual(["i", ...before].toSorted());
    expect(setImmutable(dir, "bare", false)).toBe(true);
    expect(setImmutable(dir, "bare", false)).toBe(true);
    expect(flags()).toEqual(before);
  });

  test("keeps root out", () => {
    setImmutable(dir, "bare", true);
    expect(failure(() => mkdirat(dir, "inner", 0o755))).toBe("EPERM");
    expect(failure(() => openat2(dir, "file", O_RDWR | O_CREAT, NO_LINKS, 0o644))).toBe("EPERM");
    expect(failure(() => chmod(dir, "bare", 0o700))).toBe("EPERM");
    expect(failure(() => removeDirectory(AT_FDCWD, folder.at("bare")))).toBe("EPERM");
    setImmutable(dir, "bare", false);
    expect(mkdirat(dir, "inner", 0o755)).toBe(true);
  });

  test("is told to be missing where the file system has none", () => {
    const proc = openat2(AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY, 0);
    expect(setImmutable(proc, "/proc/self", true)).toBe(false);
    close(proc);
    expect(failure(() => setImmutable(-1, "nothing", true))).toBe("EBADF");
  });
});

describe("the lock", () => {
  const open = (): number => openat2(AT_FDCWD, folder.at("bare"), O_RDONLY | O_DIRECTORY, NO_LINKS);

  test("excludes a second descriptor and another process, until the last descriptor is closed", async () => {
    const mine = open();
    expect(tryLock(mine, "bare")).toBe(true);
    expect(tryLock(mine, "bare")).toBe(true);
    const second = open();
    expect(tryLock(second, "bare")).toBe(false);
    expect(Bun.spawnSync(["flock", "-n", folder.at("bare"), "true"]).exitCode).toBe(1);
    close(mine);
    expect(tryLock(second, "bare")).toBe(true);
    close(second);

    const other = new Program(["flock", folder.at("bare"), "cat"]);
    await other.ask("locked");
    const third = open();
    expect(tryLock(third, "bare")).toBe(false);
    // cat(1) has inherited the lock and ends with its input.
    other.kill("SIGKILL");
    await until(() => tryLock(third, "bare"), { what: "the lock to be free" });
    close(third);
  });

  test("fails like the kernel", () => {
    expect(failure(() => tryLock(-1, "nothing"))).toBe("EBADF");
  });
});

describe("an attribute", () => {
  const attribute = "trusted.mooring";

  test("is null before it is set, then what was set last", () => {
    expect(getXattr(dir, "bare", attribute)).toBeNull();
    for (const text of ["first", "", "ä second, longer one\n{}", "x".repeat(3000), "short"]) {
      expect(setXattr(dir, "bare", attribute, text)).toBe(true);
      expect(getXattr(dir, "bare", attribute)).toBe(text);
    }
  });

  test("is told to be missing where the file system has none", () => {
    const proc = openat2(AT_FDCWD, "/proc/self", O_RDONLY | O_DIRECTORY, 0);
    expect(setXattr(proc, "/proc/self", attribute, "x")).toBe(false);
    expect(getXattr(proc, "/proc/self", attribute)).toBeNull();
    close(proc);
  });

  test("is never stored in part", () => {
    setXattr(dir, "bare", attribute, "before");
    // More than this program ever writes, and just more than fits into one block of ext4.
    for (const length of [100_000, 4096])
      expect([length, setXattr(dir, "bare", attribute, "x".repeat(length))]).toEqual([length, false]);
    expect(getXattr(dir, "bare", attribute)).toBe("before");
  });

  test("fails like the kernel", () => {
    expect(failure(() => getXattr(-1, "nothing", attribute))).toBe("EBADF");
    expect(failure(() => setXattr(-1, "nothing", attribute, ""))).toBe("EBADF");
  });
});

describe("mode and owner", () => {
  const shown = (): string => said(["stat", "-c", "%a %u %g", folder.at("file")]);

  test("are what was asked for", () => {
    writeFileSync(folder.at("file"), "");
    const fd = openat2(AT_FDCWD, folder.at("file"), O_RDWR, NO_LINKS);
    for (const mode of [0, 0o644, 0o1777, 0o7777]) {
      chmod(fd, "file", mode);
      expect(shown()).toBe(`${mode.toString(8)} 0 0`);
    }
    chown(fd, "file", 1000, -1);
    expect(shown().split(" ").slice(1)).toEqual(["1000", "0"]);
    chown(fd, "file", -1, 4_294_967_294);
    expect(shown().split(" ").slice(1)).toEqual(["1000", "4294967294"]);
    close(fd);
    expect(failure(() => chmod(fd, "file", 0))).toBe("EBADF");
    expect(failure(() => chown(fd, "file", 0, 0))).toBe("EBADF");
  });
});
