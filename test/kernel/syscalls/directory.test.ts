import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { listDirectory } from "../../../agent/kernel/directory.ts";
import { AT_FDCWD, close, NO_LINKS, O_DIRECTORY, O_RDONLY, openat2 } from "../../../agent/kernel/open.ts";
import { Folder, failure, said } from "./folder.ts";

test("lists every name, whatever it looks like, in a directory that takes many calls", () => {
  using folder = new Folder("memory");
  const odd = [" ", "a\nb", "...", "-", "\\", "n".repeat(255), "\u{1f9f5}", "a\udcffb"];
  const many = Array.from({ length: 3000 }, (_, index) => `a-rather-long-name-so-that-it-takes-room-${index + 1}`);
  for (const name of odd.slice(0, -1)) writeFileSync(folder.at(name), "");
  said([
    "sh",
    "-c",
    `cd "$1"; seq -f a-rather-long-name-so-that-it-takes-room-%.0f 3000 | xargs touch`,
    "sh",
    folder.path,
  ]);
  said(["sh", "-c", `: > "$1/$(printf 'a\\377b')"`, "sh", folder.path]);
  const fd = openat2(AT_FDCWD, folder.path, O_RDONLY | O_DIRECTORY, NO_LINKS);
  const names = listDirectory(fd, folder.path, 100_000);
  expect(names.toSorted()).toEqual([...odd, ...many].toSorted());
  // From the beginning each time.
  expect(listDirectory(fd, folder.path, 100_000)).toEqual(names);
  close(fd);
});

test("stops soon after the limit", () => {
  using folder = new Folder("memory");
  said(["sh", "-c", `cd "$1"; seq 5000 | xargs touch`, "sh", folder.path]);
  const fd = openat2(AT_FDCWD, folder.path, O_RDONLY | O_DIRECTORY, NO_LINKS);
  const { length } = listDirectory(fd, folder.path, 1);
  expect(length).toBeGreaterThanOrEqual(1);
  expect(length).toBeLessThan(5000);
  close(fd);
});

test("fails like the kernel on what is no directory, or one that is gone", () => {
  using folder = new Folder("memory");
  writeFileSync(folder.at("file"), "");
  const file = openat2(AT_FDCWD, folder.at("file"), O_RDONLY, NO_LINKS);
  expect(failure(() => listDirectory(file, "file", 1))).toBe("ENOTDIR");
  close(file);
  expect(failure(() => listDirectory(file, "file", 1))).toBe("EBADF");
  said(["mkdir", folder.at("gone")]);
  const gone = openat2(AT_FDCWD, folder.at("gone"), O_RDONLY | O_DIRECTORY, NO_LINKS);
  said(["rmdir", folder.at("gone")]);
  expect(failure(() => listDirectory(gone, "gone", 1))).toBe("ENOENT");
  close(gone);
  expect(readdirSync(folder.path)).toEqual(["file"]);
});
