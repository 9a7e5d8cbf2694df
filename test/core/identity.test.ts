import { expect, test } from "bun:test";
import { sameDirectory } from "../../agent/core/identity.ts";

test("a directory is known by its device and its inode, both", () => {
  const directory = { device: "8:17", inode: 42n };
  expect(sameDirectory(directory, { ...directory })).toBe(true);
  expect(sameDirectory(directory, { ...directory, device: "8:18" })).toBe(false);
  expect(sameDirectory(directory, { ...directory, inode: 43n })).toBe(false);
});

test("inodes are compared in all of their 64 bits", () => {
  const inode = 2n ** 53n;
  expect(sameDirectory({ device: "0:1", inode }, { device: "0:1", inode: inode + 1n })).toBe(false);
});
