import { expect, test } from "bun:test";
import fc from "fast-check";
import { absolutePath, ancestors, pathInVolume } from "../../../agent/core/config/path.ts";
import { type Problem, placeOf } from "../../../agent/core/config/problem.ts";
import type { Reader } from "../../../agent/core/config/reader.ts";

const faultOf = (reader: Reader<string>, text: string): string | null => {
  const problems: Problem[] = [];
  return reader(text, placeOf(problems, "key")) === text ? null : (problems[0]?.message ?? "no message");
};

test.each(["/a", "/a/b", "/a b", "/a\nb", "/…", "/...", "/.a", "/a\\b", "/\u001b", `/${"x".repeat(255)}`])(
  "%j is a path",
  (text) => {
    expect(faultOf(absolutePath, text)).toBeNull();
  },
);

test.each([
  ["", "is not absolute"],
  ["a", "is not absolute"],
  ["~/a", "is not absolute"],
  ["/", "is the root directory"],
  ["//", "is empty"],
  ["/.", "is empty"],
  ["/a/", 'is not normalised (write "/a")'],
  ["//a", 'is not normalised (write "/a")'],
  ["/a//b", 'is not normalised (write "/a/b")'],
  ["/a/./b", 'is not normalised (write "/a/b")'],
  ["/a/../b", "goes up"],
  ["/..", "goes up"],
  ["/a\0b", "NUL"],
  ["/\ud800", "Unicode"],
  [`/${"x".repeat(256)}`, "component longer than 255 bytes"],
  [`/${"ä".repeat(128)}`, "component longer than 255 bytes"],
  ["/x".repeat(2048), "longer than 4095 bytes"],
])("%j is none", (text, fragment) => {
  expect(faultOf(absolutePath, text)).toContain(fragment);
});

test("the longest path that the kernel takes is accepted", () => {
  expect(faultOf(absolutePath, `/x${"/x".repeat(2046)}`)).toBeNull();
});

test.each(["app", "app/dumps", "a b", ".hidden", "a/.ready", "a/.mooring", ".mooring2", "..."])(
  "%j can lie in a volume",
  (text) => {
    expect(faultOf(pathInVolume, text)).toBeNull();
  },
);

test.each([
  "",
  ".",
  "/",
  "/app",
  "../app",
  "app/..",
  "a//b",
  "a/",
  "./a",
  ".mooring",
  ".mooring/x",
  ".ready",
  ".ready/x",
  "a\0",
])("%j cannot", (text) => {
  expect(faultOf(pathInVolume, text)).toContain("want a path below the volume's root");
});

test("a path is accepted exactly when none of its components is empty or has a meaning of its own", () => {
  const part = fc.constantFrom("a", "b", ".", "..", "", "...", " ", "\n");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const text = `/${parts.join("/")}`;
      const fits = parts.length > 0 && parts.every((each) => each !== "" && each !== "." && each !== "..");
      expect(faultOf(absolutePath, text) === null).toBe(fits);
    }),
  );
});

test("what lies above a path", () => {
  expect(ancestors("/a/b/c")).toEqual(["/a/b", "/a"]);
  expect(ancestors("/a")).toEqual([]);
});
