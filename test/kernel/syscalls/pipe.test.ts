import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const pipe = join(import.meta.dir, "../../../agent/kernel/pipe.ts");

/** Reads a line, says how long it is and says it again, then waits for the end, as a volume child does. */
const listener = `
  const { readLine, untilEnd, writeLine } = await import(${JSON.stringify(pipe)});
  const line = readLine(0);
  writeLine(1, String(line.length));
  writeLine(1, line.trimEnd());
  untilEnd(0);
  writeLine(1, "the end");
`;
const listen = () => Bun.spawn([process.execPath, "-e", listener], { stdin: "pipe", stdout: "pipe" });

describe("a line through a pipe", () => {
  test.each([
    ["short", "request"],
    ["empty", ""],
    // A pipe holds 64 KiB: it comes in many pieces, cut in the middle of letters.
    ["long, of letters with several bytes", "aä\u{1f9f5}".repeat(60_000)],
    ["as long as one piece exactly", "x".repeat(65_535)],
  ])("%s", async (_, line) => {
    const child = listen();
    void child.stdin.write(`${line}\n`);
    void child.stdin.end();
    expect((await new Response(child.stdout).text()).split("\n")).toEqual([
      String(line.length + 1),
      line,
      "the end",
      "",
    ]);
  });

  test("that is cut off by the end counts as far as it came", async () => {
    const child = listen();
    void child.stdin.write("half a li");
    void child.stdin.end();
    expect(await new Response(child.stdout).text()).toBe("9\nhalf a li\nthe end\n");
  });

  test("that never ends is cut at a mebibyte", async () => {
    const child = listen();
    void child.stdin.write("y".repeat(3 << 20));
    void child.stdin.end();
    const length = Number((await new Response(child.stdout).text()).split("\n")[0]);
    expect(length).toBeGreaterThanOrEqual(1 << 20);
    expect(length).toBeLessThan((1 << 20) + (1 << 16));
  });

  test("is answered while the other end stays open, and the end is waited for", async () => {
    const child = listen();
    void child.stdin.write("line\nmore that nobody asked for\n");
    void child.stdin.flush();
    const reader = child.stdout.getReader();
    const heard = async () => Buffer.from((await reader.read()).value ?? []).toString();
    let text = "";
    while (!text.includes("line\n")) text += await heard();
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    void child.stdin.end();
    while (!text.endsWith("the end\n")) text += await heard();
    expect(await child.exited).toBe(0);
  });
});
