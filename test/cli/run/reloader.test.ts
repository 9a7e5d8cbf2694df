import { afterEach, beforeEach, expect, test } from "bun:test";
import { linkSync, renameSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Reloader } from "../../../agent/cli/run/reloader.ts";
import type { Config } from "../../../agent/core/config/config.ts";
import { configFrom } from "../../core/config/read.ts";
import { Folder, said } from "../../kernel/syscalls/folder.ts";

const holding = (name: string): string => `mounts: [{name: ${name}, source: /s/${name}, target: /t/${name}}]\n`;

let folder: Folder;
let file: string;
let config: Config;
let happened: string[];
let isEnding: boolean;
beforeEach(() => {
  folder = new Folder();
  file = folder.at("mooring.yaml");
  config = configFrom(holding("first"));
  happened = [];
  isEnding = false;
});
afterEach(() => folder[Symbol.dispose]());

const reloader = (configFile: string | null = file, configPath: string | null = configFile): Reloader =>
  new Reloader({
    configPath,
    configFile,
    environment: {},
    current: () => config,
    isEnding: () => isEnding,
    take: (changed) => {
      config = changed;
      happened.push(`took ${changed.mounts.map(({ name }) => name).join()}`);
    },
    refuse: (problems) => void happened.push(`refused ${problems.join("; ")}`),
    tell: (trace) =>
      void happened.push(trace.kind === "newPodNeeded" ? `${trace.kind} ${trace.keys.join()}` : trace.kind),
  });

test("what changed is taken over; what did not is only told to who asks", async () => {
  const agent = reloader();
  writeFileSync(file, holding("first"));
  await agent.reload("changed");
  expect(happened).toEqual([]);
  await agent.reload("asked");
  expect(happened.splice(0)).toEqual(["took first", "configReloaded"]);
  writeFileSync(file, holding("second"));
  await agent.reload("changed");
  expect(happened).toEqual(["took second", "configReloaded"]);
});

test("names that an agent has for life are told to need a new pod, as long as they are wanted otherwise", async () => {
  const agent = reloader();
  writeFileSync(file, `${holding("first")}kubernetes: {instance: other, label: other}\n`);
  await agent.reload("changed");
  expect(happened.splice(0)).toEqual([
    "took first",
    "configReloaded",
    "newPodNeeded kubernetes.instance,kubernetes.label",
  ]);
  writeFileSync(file, holding("first"));
  await agent.reload("changed");
  expect(happened).toEqual(["took first", "configReloaded"]);
});

test("what is broken changes nothing, and its cure is told although it is what is in force", async () => {
  const agent = reloader();
  writeFileSync(file, "mounts: 5\n");
  await agent.reload("changed");
  expect(happened.splice(0)).toEqual([expect.stringMatching(/^refused mounts: /), "configRejected"]);
  writeFileSync(file, holding("first"));
  await agent.reload("changed");
  expect(happened).toEqual(["took first", "configReloaded"]);
});

test("a target inside or above one that is held is refused, until that one is let go", async () => {
  const agent = reloader();
  for (const [target, where] of [
    ["/t/first/below", "inside"],
    ["/t", "above"],
  ] as const) {
    writeFileSync(file, `mounts: [{name: second, source: /s/second, target: ${target}}]\n`);
    await agent.reload("changed");
    const why = `mounts[0].target: "${target}" lies ${where} "/t/first", which is held now; take that one out of the`;
    expect(happened.splice(0)).toEqual([expect.stringContaining(why), "configRejected"]);
  }
  writeFileSync(file, holding("other"));
  await agent.reload("changed");
  writeFileSync(file, "mounts: [{name: second, source: /s/second, target: /t/first/below}]\n");
  await agent.reload("changed");
  expect(happened).toEqual(["took other", "configReloaded", "took second", "configReloaded"]);
});

test("without a file there is nothing to read again", async () => {
  await reloader(null, "standard input").reload("asked");
  expect(happened).toEqual(["configRejected"]);
});

/** A file whose reader waits for what is written. */
const slowFile = (): { opened(): Promise<FileHandle> } => {
  const path = folder.at("fifo");
  said(["mkfifo", path]);
  linkSync(path, file);
  // Which takes as long as nobody has begun to read it.
  return { opened: () => open(path, "w") };
};

const write = async (to: FileHandle, text: string): Promise<void> => {
  await to.write(text);
  await to.close();
};

test("what was read while the agent began to end is not taken over", async () => {
  const slow = slowFile();
  const reloaded = reloader().reload("asked");
  const pen = await slow.opened();
  isEnding = true;
  await write(pen, holding("second"));
  await reloaded;
  expect(happened).toEqual([]);
});

test("what was read first is not taken over last", async () => {
  const agent = reloader();
  const slow = slowFile();
  const first = agent.reload("changed");
  const pen = await slow.opened();
  writeFileSync(folder.at("next"), holding("third"));
  renameSync(folder.at("next"), file);
  const second = agent.reload("changed");
  await write(pen, holding("second"));
  await Promise.all([first, second]);
  expect(happened).toEqual(["took second", "configReloaded", "took third", "configReloaded"]);
});
