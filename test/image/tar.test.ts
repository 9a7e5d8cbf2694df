import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Entry, tarOf } from "../../ci/image.d/tar.ts";

/** What the system's tar lists: mode, owner, size, time, path. */
const listed = async (archive: Uint8Array): Promise<string[]> => {
  const tar = Bun.spawn(["tar", "--numeric-owner", "--utc", "-tvf", "-"], { stdin: archive, stderr: "pipe" });
  const [code, out, err] = await Promise.all([tar.exited, tar.stdout.text(), tar.stderr.text()]);
  expect([code, err]).toEqual([0, ""]);
  return out
    .trim()
    .split("\n")
    .map((line) => line.replace(/ +/g, " "));
};

const file = (path: string, content = "", mode = 0o644): Entry => ({
  kind: "file",
  path,
  mode,
  content: new TextEncoder().encode(content),
});

test("owned by 0:0, without a time, sorted, with every parent", async () => {
  const entries: Entry[] = [
    { kind: "link", path: "lib64/ld.so", to: "../usr/lib/ld.so" },
    file("usr/lib/ld.so", "loader", 0o755),
    { kind: "directory", path: "empty", mode: 0o700 },
    file("a", "x".repeat(513)),
  ];
  expect(await listed(tarOf(entries))).toEqual([
    "-rw-r--r-- 0/0 513 1970-01-01 00:00 a",
    "drwx------ 0/0 0 1970-01-01 00:00 empty/",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 lib64/",
    "lrwxrwxrwx 0/0 0 1970-01-01 00:00 lib64/ld.so -> ../usr/lib/ld.so",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/",
    "drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/lib/",
    "-rwxr-xr-x 0/0 6 1970-01-01 00:00 usr/lib/ld.so",
  ]);
});

test("paths of more than 100 bytes are kept whole", async () => {
  const path = `${"folder/".repeat(20)}${"n".repeat(100)}`;
  expect((await listed(tarOf([file(path)]))).at(-1)).toEndWith(` ${path}`);
});

test.each([
  [[file("/a")], "'/a' is no plain relative path"],
  [[file("a/../b")], "'a/../b' is no plain relative path"],
  [[file("a//b")], "'a//b' is no plain relative path"],
  [[file("")], "'' is no plain relative path"],
  [[file("ä")], "'ä' is no plain relative path"],
  [[file("a"), file("a")], "two entries for a"],
  [[file("a"), file("a/b")], "a/b lies below a, which is no directory"],
  [[file("n".repeat(101))], "is too long for an archive"],
  [[{ kind: "link", path: "a", to: "n".repeat(101) } as const], "is longer than the 100 bytes of its field"],
])("refused: %#", (entries, message) => {
  expect(() => tarOf(entries)).toThrow(message);
});

const name = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,12}$/).filter((each) => each !== "." && each !== "..");
const paths = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const contents = fc.uint8Array({ maxLength: 2000 });
const someFiles = fc
  .uniqueArray(fc.record({ path: paths, content: contents }), { selector: ({ path }) => path, maxLength: 12 })
  .filter((all) => !all.some(({ path }) => all.some((other) => other.path.startsWith(`${path}/`))));

test("any files come back whole, and their order makes no difference", async () => {
  await fc.assert(
    fc.asyncProperty(someFiles, async (files) => {
      const entries = files.map((each): Entry => ({ ...each, kind: "file", mode: 0o644 }));
      const archive = tarOf(entries);
      expect(tarOf(entries.toReversed())).toEqual(archive);
      for (const { path, content } of files) {
        const tar = Bun.spawn(["tar", "-xOf", "-", "--", path], { stdin: archive });
        expect(await tar.stdout.bytes()).toEqual(new Uint8Array(content));
      }
    }),
    { numRuns: 20 },
  );
});
