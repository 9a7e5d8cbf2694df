import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { askVolumeChild } from "../../agent/volume/child-process.ts";
import { until } from "../kernel/harness/until.ts";
import { requestFor } from "./ask.ts";

const request = requestFor({ source: "/volumes/dumps", target: "/nowhere" });
const answerOf = async (script: string, asked = request) => {
  const child = askVolumeChild(["sh", "-c", script], asked);
  const answer = await child.answer;
  child.letGo();
  await until(() => !existsSync(`/proc/${child.pid}`), { what: "the child to end" });
  return answer;
};

describe("a volume child", () => {
  test("that answers is waited for no longer than that, and lives until it is let go", async () => {
    const child = askVolumeChild(
      ["sh", "-c", `read -r request; echo '{"source":null,"volume":null}'; cat >/dev/null`],
      request,
    );
    expect(await child.answer).toEqual({ ok: true, report: { source: null, volume: null } });
    expect(existsSync(`/proc/${child.pid}`)).toBe(true);
    child.letGo();
    child.letGo();
    await until(() => !existsSync(`/proc/${child.pid}`), { what: "the child to end" });
  });

  test("that is at work on something long says so before it answers", async () => {
    let signs = 0;
    const script = `read -r request; echo 'at work'; echo 'at work'; echo '{"source":null,"volume":null}'; cat >/dev/null`;
    const child = askVolumeChild(["sh", "-c", script], request, () => {
      signs += 1;
    });
    expect((await child.answer).ok).toBe(true);
    expect(signs).toBe(2);
    child.letGo();
  });

  test("gets what it is to rescue, numbers beyond 2^53 included", async () => {
    const directory = { device: "8:16", inode: 9007199254740993n };
    const echo = `read -r line; printf '{"source":null,"volume":%s}\\n' "$line"`;
    const answer = await answerOf(echo, { ...request, rescue: { into: directory, bare: directory } });
    expect(answer.ok && answer.report.volume).toMatchObject({ rescue: { into: directory, bare: directory } });
  });

  test("gets the request as one line of JSON", async () => {
    const echo = `read -r line; printf '{"source":null,"volume":%s}\\n' "$line"`;
    const answer = await answerOf(echo);
    expect(answer.ok && answer.report.volume).toEqual(request as never);
  });

  test("that dies says how, or what it complained about", async () => {
    expect(await answerOf("exit 3")).toEqual({ ok: false, why: "the volume child ended with 3" });
    expect(await answerOf("read -r request; kill -9 $$")).toEqual({
      ok: false,
      why: "the volume child ended with 137",
    });
    expect(await answerOf("echo 'no such luck' >&2; exit 1")).toEqual({ ok: false, why: "no such luck" });
    const long = await answerOf(`yes complaint | head -c 100000 >&2`);
    expect(long.ok ? "" : long.why).toMatch(/^complaint.{0,500}$/s);
  });

  test.each([
    ["nonsense", "echo nonsense"],
    ["half an answer", `printf '{"source":'`],
    ["null", "echo null"],
    ["a number", "echo 5"],
    ["a list", "echo '[]'"],
    ["nothing of what was asked for", "echo '{}'"],
    ["an inode that is none", `echo '{"source":{"ok":true,"identity":{"inode":"x"}},"volume":null}'`],
    ["an empty line", "echo"],
    ["too much", "yes y | tr -d '\\n' | head -c 1000000"],
  ])("that answers %s has given no answer", async (_, script) => {
    const answer = await answerOf(`read -r request; ${script}`);
    expect(answer.ok).toBe(false);
    expect(answer.ok ? "" : answer.why).not.toBe("");
  });

  test("that never reads a long request does not end this process", async () => {
    const directories = Array.from({ length: 5000 }, (_, index) => ({
      path: `app-${index}`,
      uid: 1,
      gid: 1,
      mode: 0o700,
    }));
    const long = requestFor({ source: "/volumes/dumps", target: "/nowhere" }, { mount: { directories } });
    expect(JSON.stringify(long).length).toBeGreaterThan(200_000);
    for (let round = 0; round < 5; round += 1) expect((await answerOf("exit 0", long)).ok).toBe(false);
  });
});
