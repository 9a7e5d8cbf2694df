import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { instructionsIn } from "./dockerfile.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const instructions = instructionsIn(readFileSync(`${root}Dockerfile`, "utf8"));
const allowed = readFileSync(`${root}.dockerignore`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("!"))
  .map((line) => line.slice(1));
const named = (name: string): string[][] => instructions.filter((each) => each.name === name).map(({ words }) => words);
const copied = named("COPY").filter((words) => !words[0]?.startsWith("--from="));

test("every path that it copies exists and reaches the engine", () => {
  const sources = copied.flatMap((words) => words.slice(0, -1));
  expect(sources.length).toBeGreaterThan(5);
  expect(sources.filter((path) => !existsSync(root + path))).toEqual([]);
  expect(sources.toSorted()).toEqual(allowed.toSorted());
});

test("what ci/build reads is copied", () => {
  const script = readFileSync(`${root}ci/build`, "utf8");
  const read = /^sources=\$\(find (.*) -type f/m.exec(script)?.[1]?.split(" ") ?? [];
  expect(read).toContain("agent");
  expect(read.filter((path) => !allowed.includes(path))).toEqual([]);
});

test("stages and arguments are defined before they are used", () => {
  const stages = named("FROM").map((words) => words[2]);
  expect(stages).toEqual(["build", undefined]);
  const from = named("COPY").flatMap(([first = ""]) => (first.startsWith("--from=") ? [first.slice(7)] : []));
  expect(from.filter((stage) => !stages.includes(stage))).toEqual([]);
  const declared = named("ARG").map(([first = ""]) => first.split("=")[0]);
  const used = instructions.flatMap(({ name, words }) =>
    name === "RUN" ? [] : [...words.join(" ").matchAll(/\$\{?(\w+)/g)].map(([, each]) => each),
  );
  expect(used.filter((each) => !declared.includes(each))).toEqual([]);
});

test("it starts the same as the released image", () => {
  expect(named("ENTRYPOINT")).toEqual([['["/mooring"]']]);
  expect(named("CMD")).toEqual([['["run"]']]);
  expect(named("STOPSIGNAL")).toEqual([["SIGTERM"]]);
  expect(named("USER")).toEqual([["0:0"]]);
});

test("slips are found", () => {
  expect(() => instructionsIn("FROM a\nCOPPY a b\n")).toThrow("line 2: 'COPPY' is no instruction");
  expect(() => instructionsIn("FROM a\nRUN b \\\n")).toThrow("line 2: goes on after the end of the file");
  expect(instructionsIn("FROM a\n# c\nRUN b \\\n  # d\n  e\n")).toMatchObject([
    { name: "FROM" },
    { name: "RUN", words: ["b", "e"] },
  ]);
});
