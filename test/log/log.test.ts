import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Trace } from "../../agent/core/trace.ts";
import { type Log, openLog } from "../../agent/log/log.ts";
import { until } from "../kernel/harness/until.ts";

let folder: string;
let fd: number;
let log: Log | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-log-"));
  fd = openSync(join(folder, "console"), "a");
  log = undefined;
});
afterEach(async () => {
  await log?.end(1000);
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

const at = Date.UTC(2026, 4, 3, 2, 1, 0, 123);
const healed: Trace = {
  kind: "attached",
  mount: "dumps",
  how: "healed",
  durationMs: 0.096,
  outageMs: 1.5,
  at,
  pass: 42,
};
const probed: Trace = { kind: "probed", mount: "dumps", ok: true, durationMs: 3, problem: null, at, pass: 0 };
const consoleLines = (): unknown[] => linesOf("console");
const linesOf = (name: string): unknown[] =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

test("a trace is one line of JSON with its level, its own time, its pass and its fields", () => {
  log = openLog({ level: "info", file: null }, { fd });
  log.tell(healed);
  expect(readFileSync(join(folder, "console"), "utf8")).toBe(
    '{"level":"warn","time":"2026-05-03T02:01:00.123Z","pass":42,"event":"attached","mount":"dumps","how":"healed",' +
      '"durationMs":0.096,"outageMs":1.5,"msg":"dumps: healed in 96 µs; it was away for 1.5 ms"}\n',
  );
});

test("the level holds back what is below it, and can be changed while running", () => {
  log = openLog({ level: "info", file: null }, { fd });
  log.tell(probed);
  log.reconfigure({ level: "debug", file: null });
  log.tell(probed);
  log.reconfigure({ level: "error", file: null });
  log.tell(healed);
  log.reconfigure({ level: "silent", file: null });
  log.tell({ kind: "keeperDied", error: "x", at, pass: 1 });
  expect(consoleLines()).toMatchObject([{ level: "debug", event: "probed" }]);
});

test("nothing in a trace breaks the line, formats it or steers a terminal", () => {
  log = openLog({ level: "info", file: null }, { fd });
  const path = '/a\n{"level":"fatal"}\u001b[2J\u009b31m\u202e\udcff%s %o "';
  log.tell({ kind: "configReloaded", path, mounts: 1, at: Number.NaN, pass: 7 });
  const text = readFileSync(join(folder, "console"), "utf8");
  expect(text.match(/\n/g)).toHaveLength(1);
  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(consoleLines()).toMatchObject([{ path, time: "NaN", pass: 7 }]);
});

test("a file gets every line as well, and is opened anew when the settings are taken over again", async () => {
  const path = join(folder, "agent.log");
  log = openLog({ level: "info", file: path }, { fd });
  log.tell(healed);
  await until(() => linesOf("agent.log").length === 1, { what: "the line in the file" });
  rmSync(path);
  log.reconfigure({ level: "info", file: path });
  log.tell(healed);
  log.tell(healed);
  await log.end(1000);
  expect(linesOf("agent.log")).toEqual(consoleLines().slice(1));
});

test("a file that cannot be opened is one clear line, and the log goes on", async () => {
  mkdirSync(join(folder, "a-directory"));
  for (const [name, code] of [
    ["missing/agent.log", "ENOENT"],
    ["a-directory", "EISDIR"],
    ["../../../dev/null", "ENOTSUP"],
  ] as const) {
    const path = name.startsWith("..") ? "/dev/null" : join(folder, name);
    log = openLog({ level: "info", file: path }, { fd });
    const failures = () => consoleLines().filter((line) => (line as { path?: string }).path === path);
    await until(() => failures().length > 0, { what: `${code} to be told` });
    log.tell(healed);
    await log.end(1000);
    expect(failures()).toMatchObject([{ level: "error", event: "logFileFailed", code, pass: 0 }]);
  }
  expect(consoleLines()).toHaveLength(6);
});
