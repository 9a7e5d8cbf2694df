import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { consoleSink } from "../../agent/log/console-sink.ts";
import { maxWaitingBytes } from "../../agent/log/sink.ts";

let folder: string;
let pipe: string;
let reader: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-console-"));
  pipe = join(folder, "pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
});
afterEach(() => rmSync(folder, { recursive: true }));

const readAll = (): string => {
  const chunk = Buffer.alloc(65536);
  const parts: Buffer[] = [];
  try {
    for (let got = readSync(reader, chunk); got > 0; got = readSync(reader, chunk))
      parts.push(Buffer.from(chunk.subarray(0, got)));
  } catch (error) {
    expect(error).toMatchObject({ code: "EAGAIN" });
  }
  return Buffer.concat(parts).toString();
};

test("a full pipe blocks nobody: lines wait, then are dropped and counted, and come whole and in order", async () => {
  const writer = openSync(pipe, constants.O_WRONLY);
  let dropped = 0;
  const sink = consoleSink({ fd: writer, onDropped: (lines) => (dropped += lines) });
  const written = 30_000;
  const line = (index: number) => `${String(index).padStart(99, "-")}\n`;
  for (let index = 0; index < written; index += 1) sink.write(line(index));
  let text = "";
  const ending = sink.end(5000);
  while (dropped === 0) {
    text += readAll();
    await Bun.sleep(1);
  }
  await ending;
  text += readAll();
  const kept = written - dropped;
  expect(text).toBe(Array.from({ length: kept }, (_, index) => line(index)).join(""));
  expect(kept * 100).toBeGreaterThan(maxWaitingBytes);
  closeSync(writer);
  closeSync(reader);
});

test("what the log's own descriptor does, does not show on the inherited one", () => {
  const writer = openSync(pipe, constants.O_WRONLY);
  consoleSink({ fd: writer, onDropped: () => {} }).write("x\n");
  const flags = Bun.spawnSync(["sh", "-c", "grep flags: /proc/self/fdinfo/1"], { stdout: writer });
  expect(flags.exitCode).toBe(0);
  expect(Number.parseInt(readAll().replace(/\D/g, ""), 8) & constants.O_NONBLOCK).toBe(0);
  closeSync(writer);
  closeSync(reader);
});

test("a reader that has gone takes its lines with it and nothing else", () => {
  const writer = openSync(pipe, constants.O_WRONLY);
  const sink = consoleSink({ fd: writer, onDropped: () => {} });
  closeSync(reader);
  sink.write("nobody reads this\n");
  reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  sink.write("somebody reads this\n");
  expect(readAll()).toBe("somebody reads this\n");
  closeSync(writer);
  closeSync(reader);
});

test("a file keeps what another writer has put there", async () => {
  const path = join(folder, "file");
  writeFileSync(path, "");
  const fd = openSync(path, "w");
  const sink = consoleSink({ fd, onDropped: () => {} });
  sink.write("first\n");
  expect(Bun.spawnSync(["echo", "second"], { stdout: fd }).exitCode).toBe(0);
  sink.write("third\n");
  await sink.end(100);
  expect(await Bun.file(path).text()).toBe("first\nsecond\nthird\n");
  closeSync(fd);
  closeSync(reader);
});

test("once it has ended it writes nothing more, whatever has its number then", async () => {
  const writer = openSync(pipe, constants.O_WRONLY);
  const sink = consoleSink({ fd: writer, onDropped: () => {} });
  for (let index = 0; index < 1000; index += 1) sink.write(`${"-".repeat(99)}\n`);
  await sink.end(60);
  const path = join(folder, "another");
  const others = Array.from({ length: 8 }, () => openSync(path, "w"));
  // Longer than it waits for a pipe that is full.
  await Bun.sleep(200);
  expect(statSync(path).size).toBe(0);
  for (const fd of [...others, writer, reader]) closeSync(fd);
});
