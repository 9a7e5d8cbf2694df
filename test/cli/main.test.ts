import { expect, test } from "bun:test";
import { version } from "../../agent/core/build.ts";
import { mooring } from "./mooring.ts";

const main = new URL("../../agent/main.ts", import.meta.url).pathname;
const shell = async (script: string): Promise<{ code: number; out: string; err: string }> => {
  const child = Bun.spawn(["/bin/bash", "-c", script], {
    env: { PATH: process.env.PATH ?? "", BUN: process.execPath, MAIN: main },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
};

test("the version is one line", async () => {
  expect(await mooring(["version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  expect(await mooring(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test("help and usage errors reach the streams they belong to", async () => {
  const help = await mooring(["--help"]);
  expect([help.code, help.err]).toEqual([0, ""]);
  expect(help.out).toContain("  check ");
  const wrong = await mooring(["chekc"]);
  expect(wrong).toEqual({
    code: 2,
    out: "",
    err: "mooring: unknown command 'chekc'; did you mean check?\nTry 'mooring --help'.\n",
  });
});

test("a reader that goes away leaves no trace", async () => {
  // bash reaps the reader, and with it the pipe's only reading end, before anything is written.
  const { err, out } = await shell('exec 4> >(true); wait $!; "$BUN" "$MAIN" check --help >&4; echo "$?"');
  expect([out, err]).toEqual(["0\n", ""]);
});

test("standard output on a full disk fails in one line", async () => {
  const { code, err } = await shell('"$BUN" "$MAIN" --help >/dev/full');
  expect([code, err]).toEqual([1, "mooring: cannot write: ENOSPC\n"]);
});

test("closed streams are survived", async () => {
  expect((await shell('"$BUN" "$MAIN" version >&- 2>&-')).code).toBe(0);
  expect((await shell('"$BUN" "$MAIN" nothing 2>/dev/full')).code).toBe(2);
});

test("a large output is complete although the reader is slow", async () => {
  const mounts = Array.from({ length: 1000 }, (_, n) => `{name: m${n}, source: /s/${n}, target: /t/${n}}`).join(",");
  const whole = await mooring(["check", "-c", "-"], { input: `mounts: [${mounts}]` });
  expect(whole.code).toBe(0);
  expect(whole.out.length).toBeGreaterThan(200_000);
  expect(whole.out).toEndWith("podName: null\n");
});
