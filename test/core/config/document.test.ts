import { expect, test } from "bun:test";
import { type Data, maximumBytes, readDocument } from "../../../agent/core/config/document.ts";
import type { Problem } from "../../../agent/core/config/problem.ts";

const read = (text: string): { data: Data | undefined; problems: Problem[] } => {
  const problems: Problem[] = [];
  return { data: readDocument(text, problems), problems };
};
const map = (entries: Record<string, Data>): Data => new Map(Object.entries(entries));

test("YAML 1.2 becomes plain data", () => {
  const { data, problems } = read(`# a comment
text: plain
quoted: "a\\tb"
number: 42
float: 1.5
yes: yes
"true": true
nothing:
tilde: ~
list: [1, two, {three: 3}]
block: |
  two
  lines
`);
  expect(problems).toEqual([]);
  expect(data).toEqual(
    map({
      text: "plain",
      quoted: "a\tb",
      number: 42,
      float: 1.5,
      yes: "yes",
      true: true,
      nothing: null,
      tilde: null,
      list: [1, "two", map({ three: 3 })],
      block: "two\nlines\n",
    }),
  );
});

test.each(["", "\n\n", "# nothing but a comment", "---\n", "~"])("%p is an empty document", (text) => {
  expect(read(text)).toEqual({ data: null, problems: [] });
});

test("Windows line ends and a byte order mark are no fault", () => {
  expect(read("\ufeffa: 1\r\nb: 2\r\n")).toEqual({ data: map({ a: 1, b: 2 }), problems: [] });
});

test.each([
  ["a:\n\tb: 1", "line 2, column 1", "tab"],
  ["a: 1\n---\nb: 2", "line 2, column 1", "want exactly one"],
  ["a: [1, 2", "line 1, column 9", "not valid YAML"],
  ["a: b: c", "line 1, column 4", "quotes"],
  ["mounts\n  - a: 1", "line 1, column 1", "key: value"],
  ["a: 'x", "line 1, column 6", "not valid YAML"],
  ['a: "\\q"', "line 1, column 5", "not valid YAML"],
  ["a: @x", "line 1, column 4", "not valid YAML"],
  ["%YAML 3.0\n---\na: 1", "line 1, column 7", "version"],
  ["a: !!binary aGk=", "line 1, column 4", "want no tag"],
  ["a: !mine 1", "line 1, column 4", "want no tag"],
])("%p is refused with its place", (text, path, fragment) => {
  const { data, problems } = read(text);
  expect(data).toBeUndefined();
  expect(problems[0]?.path).toStartWith(path);
  expect(problems[0]?.message).toContain(fragment);
  expect(problems.length).toBeLessThanOrEqual(5);
});

test.each([
  ["a: &x 1", "a", "anchors"],
  ["a: &x [*x]", "a", "anchors"],
  ["a: *nope", "a", "aliases"],
  ["a: !!str 1", "a", "tag"],
  ["a: !!int 1", "a", "tag"],
  ["m:\n  - x: 1\n    x: 2", "m[0].x", "given twice (again in line 3)"],
  ["{a: 1, b: 2, a: 3}", "a", "given twice"],
  ['{a: 1, "a": 3}', "a", "given twice"],
  ["1: x", "", "a key is not text (line 1)"],
  ["~: x", "", "a key is not text"],
  [": x", "", "a key is not text"],
  ["a: {[b]: x}", "a", "a key is not text"],
  ["? {a: 1}\n: x", "", "a key is not text"],
  ["*x : 1", "", "a key is not text"],
  [`"a b.c": *x`, '"a b.c"', "aliases"],
])("%p has a fault at %p", (text, path, fragment) => {
  const { data, problems } = read(text);
  expect(data).toBeDefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.path).toBe(path);
  expect(problems[0]?.message).toContain(fragment);
});

test("each repetition of a key is told, the first value stays", () => {
  const { data, problems } = read("a: 1\na: 2\na: 3");
  expect(data).toEqual(map({ a: 1 }));
  expect(problems).toHaveLength(2);
});

test("a bomb of aliases costs nothing", () => {
  const layers = Array.from(
    { length: 30 },
    (_, n) =>
      `a${n}: &a${n} [${Array(9)
        .fill(n ? `*a${n - 1}` : "x")
        .join(",")}]`,
  );
  const { problems } = read(layers.join("\n"));
  expect(problems).toHaveLength(30);
});

test("__proto__ and constructor are keys like any other", () => {
  const { data, problems } = read("__proto__: {polluted: 1}\nconstructor: 2");
  expect(problems).toEqual([]);
  expect(data).toEqual(
    new Map<string, Data>([
      ["__proto__", map({ polluted: 1 })],
      ["constructor", 2],
    ]),
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("a merge key is a key, not an instruction", () => {
  expect(read("a:\n  <<: {x: 1}").data).toEqual(map({ a: map({ "<<": map({ x: 1 }) }) }));
});

test.each([
  ["a: x\0y", "NUL"],
  ["a: \ud800", "Unicode"],
  [`# ${"x".repeat(maximumBytes)}`, "larger than 256 KiB"],
  [`# ${"ä".repeat(maximumBytes / 2)}`, "larger than 256 KiB"],
])("text that is no configuration at all is refused as a whole", (text, fragment) => {
  const { data, problems } = read(text);
  expect(data).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.path).toBe("");
  expect(problems[0]?.message).toContain(fragment);
});

test("text of the very size that is allowed is read", () => {
  expect(read(`a: 1\n#${"x".repeat(maximumBytes - 6)}`)).toEqual({ data: map({ a: 1 }), problems: [] });
});

test("what is nested deeper than any configuration is refused where the walk ends, or where the parser gives up", () => {
  expect(read(`a: ${"[".repeat(30)}${"]".repeat(30)}`).problems).toEqual([
    { path: `a${"[0]".repeat(16)}`, message: "is nested too deeply (line 1)" },
  ]);
  for (const text of ["[".repeat(50_000), "{a: ".repeat(20_000), "- ".repeat(50_000), "? ".repeat(50_000)]) {
    const { data, problems } = read(text);
    expect(data).toBeUndefined();
    expect(problems[0]?.message).toBe("nested too deeply");
  }
});
