// Run by file-sink.test.ts inside a mount namespace of its own, with a directory on a small tmpfs. Prints what it saw as JSON.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileSink } from "../../agent/log/file-sink.ts";
import { until } from "../kernel/harness/until.ts";

const [disk = ""] = process.argv.slice(2);
const filler = join(disk, "filler");
writeFileSync(filler, Buffer.alloc(56 * 1024));
const failures: string[] = [];
const path = join(disk, "agent.log");
const sink = fileSink({ path, onFailed: ({ code }) => failures.push(code), onDropped: () => {}, retryMs: 5 });
const lines = Array.from({ length: 40 }, (_, index) => `${index}${"x".repeat(400)}\n`);
for (const line of lines) sink.write(line);
await until(() => failures.length > 0, { what: "the failure to be told" });
rmSync(filler);
await until(() => readFileSync(path, "utf8") === lines.join(""), { what: "all lines" });
await sink.end(1000);
const text = readFileSync(path, "utf8");
console.log(JSON.stringify({ failures, written: text.split("\n").length - 1, whole: text === lines.join("") }));
