import { expect, test } from "bun:test";
import { appendFileSync, openSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { copyContent } from "../../../agent/volume/child/rescue/copy.ts";
import { Folder } from "../../kernel/syscalls/folder.ts";

/** What a copy of the first `size` bytes of a file holds, and how often it was looked up from. A copy without end is ended. */
const copyOf = (folder: Folder, size: number): { content: string; ticks: number } => {
  writeFileSync(folder.at("copy"), "");
  let ticks = 0;
  copyContent(openSync(folder.at("file"), "r"), openSync(folder.at("copy"), "r+"), "file", size, () => (ticks += 1));
  return { content: readFileSync(folder.at("copy"), "utf8"), ticks };
};

test("a file that has grown since is copied as far as it went", () => {
  using folder = new Folder("memory");
  writeFileSync(folder.at("file"), "known");
  appendFileSync(folder.at("file"), " and more");
  expect(copyOf(folder, 5)).toEqual({ content: "known", ticks: 1 });
  expect(copyOf(folder, 0)).toEqual({ content: "", ticks: 0 });
});

test("a hole at its end stays one, though data follows by now", () => {
  using folder = new Folder("memory");
  writeFileSync(folder.at("file"), "");
  truncateSync(folder.at("file"), 8192);
  appendFileSync(folder.at("file"), "more");
  expect(copyOf(folder, 8192)).toEqual({ content: "\0".repeat(8192), ticks: 0 });
  expect(statSync(folder.at("copy")).blocks).toBe(0);
});
