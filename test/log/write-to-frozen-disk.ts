// Run by file-sink.test.ts inside a mount namespace of its own, with a directory on a file system that it may freeze.
// Prints what it saw as JSON.
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openLog } from "../../agent/log/log.ts";
import { until } from "../kernel/harness/until.ts";

const [disk = "", consolePath = ""] = process.argv.slice(2);
const freeze = (how: "-f" | "-u"): void => {
  if (Bun.spawnSync(["fsfreeze", how, disk]).exitCode !== 0) throw new Error(`fsfreeze ${how} failed`);
};
// Should the log block this thread after all, somebody else has to thaw the disk: a thread that waits for it cannot be killed.
const thaw = Bun.spawn(["bash", "-c", 'cd "$1" && read -rt 10; fsfreeze -u .', "bash", disk], {
  stdin: "pipe",
  stderr: "ignore",
});
const path = join(disk, "agent.log");
const fd = openSync(consolePath, "a");
const log = openLog({ level: "info", file: path }, { fd });
const tell = (mounts: number): void => log.tell({ kind: "configReloaded", path: "p", mounts, at: 0, pass: 0 });
const events = (file: string): { event: string; mounts: number; count: number }[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

tell(0);
await until(() => events(path).length === 1, { what: "the first line" });
freeze("-f");
let longestPauseMs = 0;
const lines = 20_000;
for (let index = 1; index <= lines; index += 1) {
  const started = performance.now();
  tell(index);
  if (index % 100 === 0) await Bun.sleep(0);
  longestPauseMs = Math.max(longestPauseMs, performance.now() - started);
}
const consoleLinesMeanwhile = events(consolePath).length;
freeze("-u");
await until(() => events(path).some(({ event }) => event === "logLinesDropped"), { what: "what waited" });
await log.end(1000);
closeSync(fd);
thaw.kill();
const kept = events(path).filter(({ event }) => event === "configReloaded");
const inOrder = kept.every(({ mounts }, index) => mounts === index);
const dropped = events(path).find(({ event }) => event === "logLinesDropped")?.count ?? 0;
console.log(
  JSON.stringify({ longestPauseMs, consoleLinesMeanwhile, kept: kept.length, dropped, lines: lines + 1, inOrder }),
);
