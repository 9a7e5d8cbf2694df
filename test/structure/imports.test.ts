import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { violationsIn } from "./import-rules.ts";
import { codeOf, importsOf } from "./source.ts";

const agent = fileURLToPath(new URL("../../agent/", import.meta.url));
const paths = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(agent)].sort();
const sources = new Map(paths.map((path) => [path, readFileSync(agent + path, "utf8")]));

test("every import points down, and core is pure", () => {
  expect(paths.length).toBeGreaterThan(30);
  expect(violationsIn(sources)).toEqual([]);
});

test("no barrels, no drawers", () => {
  expect(paths.filter((path) => /(^|\/)index\.tsx?$/.test(path))).toEqual([]);
  expect(paths.filter((path) => /(^|\/)(utils?|helpers?|types|common|misc|shared)(\/|\.tsx?$)/.test(path))).toEqual([]);
});

const put = (path: string, source: string): string[] =>
  violationsIn(
    new Map([
      ["core/a.ts", ""],
      ["kernel/a.ts", ""],
      ["keeper/thread.ts", ""],
      ["cli/a.ts", ""],
      [path, source],
    ]),
  );

test.each([
  ["core/x.ts", 'import { a } from "../kernel/a.ts";', "core may not know kernel"],
  ["core/x.ts", 'import type { A } from "../cli/a.ts";', "core may not know cli"],
  ["core/deep/x.ts", 'export * from "../../kernel/a.ts";', "core may not know kernel"],
  ["core/x.ts", 'import "node:path";', "core is pure"],
  ["core/x.ts", 'import { readFileSync } from "node:fs";', "it may hang for ever"],
  ["core/x.ts", 'import { a } from "bun";', "core is pure"],
  ["core/x.ts", "export const at = () => Date.now();", "core reads the clock"],
  ["core/x.ts", "export const at = async () => 1;", "core waits"],
  ["core/x.ts", "export const e = () => process.env.A;", "core knows the process"],
  ["core/x.ts", "export const e = () => Math.random();", "core draws lots"],
  ["core/x.ts", 'const a = "// no comment"; setTimeout(a);', "core sets a timer"],
  ["core/x.ts", "export const y = (t: string) => Bun.YAML.parse(t);", "core asks the runtime"],
  ["kernel/x.ts", 'import { a } from "../keeper/thread.ts";', "kernel may not know keeper"],
  ["keeper/x.ts", 'import { dlopen } from "bun:ffi";', "called in one place"],
  ["keeper/x.ts", "import { dlopen } from 'bun:ffi';", "called in one place"],
  ["keeper/x.ts", 'import { stat } from "node:fs/promises";', "it may hang for ever"],
  ["keeper/x.ts", 'const a = await import("../cli/a.ts");', "keeper may not know cli"],
  ["http/x.tsx", 'import { a } from "../keeper/thread.ts";', "http may not know keeper"],
  ["http/x.ts", 'import { KubeConfig } from "@kubernetes/client-node";', "replaced in one place"],
  ["http/x.ts", 'import { parse } from "yaml";', "read in one place"],
  ["volume/x.ts", 'new Worker(new URL("../keeper/thread.ts", import.meta.url));', "volume may not know keeper"],
  ["cli/x.ts", 'import "../main.ts";', "is no file of agent/"],
  ["main.ts", 'import { a } from "./core/a.ts";', "main.ts may not know core"],
  ["core/x.ts", 'import { a } from "./missing.ts";', "is no file of agent/"],
  ["core/x.ts", 'import { a } from "./a";', "is no file of agent/"],
  ["utils/x.ts", "", "has no rule"],
])("%s with %s would be caught", (path, source, fragment) => {
  const found = put(path, source);
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith(`${path}: `);
  expect(found[0]).toContain(fragment);
});

test.each([
  ["core/x.ts", 'import { a } from "./a.ts"; import { parseDocument } from "yaml";'],
  ["core/x.ts", '// Date.now() and await are for others\nconst said = "process.exit, await";'],
  ["core/x.ts", "/* import { a } from '../kernel/a.ts'; */"],
  [
    "keeper/x.ts",
    'import { a } from "../core/a.ts"; import { b } from "../kernel/a.ts"; import "node:worker_threads";',
  ],
  ["cli/x.ts", 'new Worker("./keeper/thread.ts"); import { a } from "../kernel/a.ts"; import "node:fs";'],
  ["kernel/x.ts", 'import { dlopen } from "bun:ffi"; await 1;'],
  ["cli/x.ts", 'const self = new URL("../main.ts", import.meta.url); const url = new URL("http://[::1]/");'],
])("%s with %s is allowed", (path, source) => {
  expect(put(path, source)).toEqual([]);
});

test("imports are found in every form, and not in comments", () => {
  expect(
    importsOf(`
import a, { type b } from "./a.ts";
import type { c } from './c.ts';
import "./d.ts";
export { e } from "./e.ts";
export * from "./f.ts";
const g = await import("./g.ts");
type H = import("./h.ts").H;
import {
  i,
} from "./i.ts";
const url = "https://example.com"; import "./j.ts";
// import "./no.ts";
/* import "./no.ts"; */
`),
  ).toEqual(["./a.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts", "./h.ts", "./i.ts", "./j.ts"]);
});

test("code is what is left without comments, strings and patterns", () => {
  expect(codeOf("const a = \"await\"; // await\n/* await */ b.replace(/await/g, 'await');").replace(/ +/g, " ")).toBe(
    "const a = ; \n b.replace( , );",
  );
});
