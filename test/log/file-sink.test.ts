import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileFailure, fileSink } from "../../agent/log/file-sink.ts";
import { until } from "../kernel/harness/until.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("lines wait for a path that is missing and are written once it is there; the failure is told once", async () => {
  const path = join(folder, "later", "agent.log");
  const failures: FileFailure[] = [];
  const sink = fileSink({ path, onFailed: (failure) => failures.push(failure), onDropped: () => {}, retryMs: 5 });
  sink.write("one\n");
  await until(() => failures.length > 0, { what: "the failure to be told" });
  sink.write("two\n");
  await Bun.sleep(0);
  mkdirSync(join(folder, "later"));
  await until(() => readFileSync(path, "utf8") === "one\ntwo\n", { what: "both lines" });
  await sink.end(1000);
  sink.write("after the end\n");
  expect(failures).toEqual([{ code: "ENOENT", message: expect.stringContaining(path) }]);
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
});

test("a full disk is told once, and the lines that waited are written when there is room", async () => {
  const outcome = await inNamespace<unknown>("mount -t tmpfs -o size=64k tmpfs disk", "write-to-full-disk.ts");
  expect(outcome).toEqual({ failures: ["ENOSPC"], written: 40, whole: true });
});

interface Pauses {
  lines: number;
  kept: number;
  dropped: number;
  inOrder: boolean;
  longestPauseMs: number;
  consoleLinesMeanwhile: number;
}

test("a dead disk stops the file and nothing else: no pause of the main thread, the console goes on", async () => {
  const outcome = await inNamespace<Pauses>(
    "truncate -s 16M image && mkfs.ext4 -q image && mount -o loop image disk",
    "write-to-frozen-disk.ts",
  );
  expect(outcome).toMatchObject({ lines: 20_001, consoleLinesMeanwhile: 20_001, inOrder: true });
  expect(outcome.kept + outcome.dropped).toBe(20_001);
  expect(outcome.dropped).toBeGreaterThan(0);
  expect(outcome.longestPauseMs).toBeLessThan(250);
}, 30_000);

/** The script runs with the folder's `disk` mounted as told; whatever it does, the disk is thawed when it has ended. */
const inNamespace = async <Outcome>(mount: string, script: string): Promise<Outcome> => {
  mkdirSync(join(folder, "disk"));
  const shell = `${mount} || exit 1; timeout 20 "$1" "$2" disk console; code=$?; fsfreeze -u disk 2>/dev/null; exit $code`;
  const command = ["unshare", "-m", "sh", "-c", shell, "sh", process.execPath, join(import.meta.dir, script)];
  const child = Bun.spawn(command, { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const output = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return JSON.parse(output);
};
