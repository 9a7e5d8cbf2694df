import { describe, expect, test } from "bun:test";
import {
  type MountEntry,
  type MountinfoProblem,
  parseMountinfo,
  parseMountinfoLine,
} from "../../../agent/core/mountinfo/parse.ts";

const parsed = (line: string): MountEntry => {
  const entry = parseMountinfoLine(line);
  if (typeof entry === "string") throw new Error(entry);
  return entry;
};

describe("a line of mountinfo", () => {
  test("gives every field", () => {
    const line =
      "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 propagate_from:2 unbindable - fuse.s3fs bucket rw,max_read=1";
    expect(parsed(line)).toEqual({
      id: 36,
      parentId: 35,
      device: "98:0",
      root: "/mnt1",
      mountPoint: "/mnt2",
      options: ["rw", "noatime"],
      shared: 7,
      master: 1,
      propagateFrom: 2,
      unbindable: true,
      fsType: "fuse.s3fs",
      source: "bucket",
      superOptions: ["rw", "max_read=1"],
    });
  });

  test("without tags is private", () => {
    const { shared, master, propagateFrom, unbindable } = parsed("1 0 0:1 / / rw - rootfs rootfs rw");
    expect([shared, master, propagateFrom, unbindable]).toEqual([null, null, null, false]);
  });

  test("may carry tags that no kernel of today writes", () => {
    expect(parsed("1 0 0:1 / / rw sealed shared:4 colour:blue - tmpfs tmpfs rw").shared).toBe(4);
  });

  test("may have an empty source", () => {
    const { fsType, source, superOptions } = parsed("1 0 0:1 / /x rw - tmpfs  rw,size=4k");
    expect([fsType, source, superOptions]).toEqual(["tmpfs", "", ["rw", "size=4k"]]);
  });

  test("has its octal escapes undone once", () => {
    const { mountPoint, source } = parsed("1 0 0:1 / /a\\040b\\011c\\012d\\134040 rw - tmpfs \\043x rw");
    expect([mountPoint, source]).toEqual(["/a b\tc\nd\\040", "#x"]);
  });

  test("keeps a backslash that begins no escape", () => {
    expect(parsed("1 0 0:1 / /a\\9\\0z\\777 rw - tmpfs t rw").mountPoint).toBe("/a\\9\\0z\\777");
  });

  test("has options with commas in quotes and escaped commas", () => {
    const { superOptions } = parsed(
      '1 0 0:1 / / rw - overlay overlay rw,context="u:r:t:s0:c1,c2",lowerdir=/a\\054b,ro',
    );
    expect(superOptions).toEqual(["rw", 'context="u:r:t:s0:c1,c2"', "lowerdir=/a,b", "ro"]);
  });

  test("may have super options with spaces", () => {
    const { superOptions } = parsed("1 0 0:1 / /c rw - 9p drvfs rw,aname=drvfs;path=C:\\Program Files\\x,mmap");
    expect(superOptions).toEqual(["rw", "aname=drvfs;path=C:\\Program Files\\x", "mmap"]);
  });

  test("given as text is read like its bytes", () => {
    const line = "1 0 0:1 / /größe-日本 rw - tmpfs t rw";
    expect(parsed(line).mountPoint).toBe("/größe-日本");
    expect(parseMountinfoLine(Buffer.from(line))).toEqual(parsed(line));
  });

  test.each([
    ["", "it does not begin with two mount ids"],
    ["1 x 0:1 / / rw - t t rw", "it does not begin with two mount ids"],
    ["99999999999 1 0:1 / / rw - t t rw", "it does not begin with two mount ids"],
    ["-1 1 0:1 / / rw - t t rw", "it does not begin with two mount ids"],
    ["1 2 01 / / rw - t t rw", "the third field is not a device number"],
    ["1 2 : / / rw - t t rw", "the third field is not a device number"],
    ["1 2 0:1  / rw - t t rw", "the root is empty"],
    ["1 2 0:1 / mnt rw - t t rw", "the mount point is not an absolute path"],
    ["1 2 0:1 / /", "the options are missing"],
    ["1 2 0:1 / / rw shared:1", "the separator ` - ` is missing"],
    ["1 2 0:1 / / rw shared:1 -", "the file system type is missing"],
    ["1 2 0:1 / / rw - ext4", "the source or the super options are missing"],
    ["1 2 0:1 / / rw - ext4 /dev/sda", "the source or the super options are missing"],
  ])("that is none says why: %p", (line, why) => {
    expect(parseMountinfoLine(line)).toBe(why);
  });
});

describe("a table of mountinfo", () => {
  test("keeps its good lines and tells of the others", () => {
    const problems: MountinfoProblem[] = [];
    const table = "1 0 0:1 / / rw - t t rw\n\0\xff garbage\n2 1 0:2 / /a rw - t t rw\n3 1 0:2 / /b rw - t t r";
    const entries = parseMountinfo(table, (problem) => problems.push(problem));
    expect(entries.map((entry) => entry.mountPoint)).toEqual(["/", "/a"]);
    expect(problems).toEqual([
      { line: 2, text: "\0\xff garbage", why: "it does not begin with two mount ids" },
      { line: 4, text: "3 1 0:2 / /b rw - t t r", why: "the last line is cut off" },
    ]);
  });

  test("may be empty", () => {
    expect(parseMountinfo("")).toEqual([]);
    expect(parseMountinfo(new Uint8Array())).toEqual([]);
  });

  test("is read from a part of a larger buffer", () => {
    const buffer = Buffer.from("xxxx1 0 0:1 / / rw - t t rw\nyyyy");
    expect(parseMountinfo(buffer.subarray(4, -4))).toHaveLength(1);
  });
});
