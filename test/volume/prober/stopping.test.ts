import { describe, expect, test } from "bun:test";
import type { ProberOptions } from "../../../agent/volume/prober.ts";
import { until } from "../../kernel/harness/until.ts";
import { isAlive, Puppet } from "./puppet.ts";

describe("stopping", () => {
  test.each(["answer", "die"] as const)("ends it for good: %s", async (kind) => {
    await using at = new Puppet();
    at.mood(kind);
    at.start({ timeoutMs: 5000 });
    await until(() => at.reports + at.silences >= 2, { what: "two outcomes" });
    at.prober.stop();
    at.prober.probe();
    at.prober.reconfigure(at.optionsFor({}));
    await until(() => at.living() === 0, { what: "the children to end" });
    const { length } = at.asked();
    await at.rounds(10);
    expect([at.asked().length, at.living()]).toEqual([length, 0]);
  });

  test("lets a silent child end by itself when it can, and speaks of it no more", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 2, { what: "two silences" });
    at.prober.stop();
    const before = [at.silences, at.traces.length];
    await at.rounds(3);
    expect(at.living()).toBe(1);
    at.mood("answer");
    await until(() => at.living() === 0, { what: "the child to end" });
    expect([at.silences, at.traces.length, at.reports]).toEqual([...before, 0]);
  });
});

describe("a prober that was stopped and is wanted again", () => {
  test("starts no second child beside one that is still out", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 1, { what: "a silence" });
    at.prober.stop();
    at.prober.resume(at.optionsFor({}, { name: "again" }));
    const before = at.silences;
    await until(() => at.silences >= before + 3, { what: "three more silences" });
    expect([at.asked().length, at.prober.busy]).toEqual([1, true]);
    at.mood("answer");
    await until(() => at.asked().length >= 2, { what: "the next child" });
    expect((JSON.parse(at.asked()[1]?.request ?? "") as ProberOptions["request"]).mount.name).toBe("again");
  });

  test("asks anew where the last report was given and not yet heard", async () => {
    await using at = new Puppet();
    const pids: number[] = [];
    const options = { ...at.optionsFor({ timeoutMs: 5000 }), onReport: (pid: number) => void pids.push(pid) };
    at.begin(options);
    await until(() => pids.length === 1, { what: "a report" });
    at.prober.stop();
    expect(at.prober.busy).toBe(false);
    at.prober.resume(options);
    await until(() => pids.length === 2, { what: "another report" });
    // The keeper comes to the first one only now: the second one's child must wait for its own turn.
    at.prober.heard(pids[0] ?? 0);
    await until(() => !isAlive(pids[0] ?? 0), { what: "the first child to end" });
    expect([isAlive(pids[1] ?? 0), at.prober.busy]).toEqual([true, true]);
    at.prober.heard(pids[1] ?? 0);
    await until(() => !isAlive(pids[1] ?? 0), { what: "the second child to end" });
  });

  test("forgets a child that ended meanwhile", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 1, { what: "a silence" });
    at.prober.stop();
    at.mood("answer");
    await until(() => at.prober.busy === false, { what: "the child to be forgotten" });
    at.prober.resume(at.optionsFor({}));
    await until(() => at.reports >= 2, { what: "two reports" });
  });
});
