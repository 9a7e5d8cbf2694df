import { afterAll, beforeAll, expect, test } from "bun:test";
import { constants } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../agent/main.ts", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-first-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `attempt` gives, once it gives something; fails after 10 s. */
const eventually = async <T>(attempt: () => Promise<T | null>): Promise<T> => {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = await attempt();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error("did not happen in 10 s");
    await Bun.sleep(5);
  }
};

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("as the first process of a container, %s ends a command that waits", async (signal, code) => {
  // Reading from a pipe into which nobody writes: there is no better way to be sure that it waits.
  const pipe = join(folder, signal);
  expect(await Bun.spawn(["mkfifo", pipe]).exited).toBe(0);
  const namespaces = process.getuid?.() === 0 ? ["--pid"] : ["--user", "--map-root-user", "--pid"];
  const outer = Bun.spawn([
    "unshare",
    ...namespaces,
    "--fork",
    "--kill-child",
    process.execPath,
    main,
    "check",
    "--config",
    pipe,
  ]);

  try {
    // The other end can be opened as soon as it reads.
    const writer = await eventually(() => open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null));
    const children = await readFile(`/proc/${outer.pid}/task/${outer.pid}/children`, "utf8");
    process.kill(Number(children.trim()), signal);
    expect(await outer.exited).toBe(code);
    await writer.close();
  } finally {
    outer.kill("SIGKILL");
  }
});
