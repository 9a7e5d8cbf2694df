import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { monotonicMs } from "../../../agent/kernel/clock.ts";
import { until } from "../../kernel/harness/until.ts";
import { broken, fine, Puppet } from "./puppet.ts";

describe("a prober", () => {
  test("asks again and again, one child at a time, and lets each go", async () => {
    await using at = new Puppet();
    at.start({ timeoutMs: 5000 });
    await until(() => at.reports >= 5, { what: "five reports" });
    at.prober.stop();
    await until(() => at.living() === 0, { what: "every child to end" });
    expect(new Set(at.asked().map(({ pid }) => pid)).size).toBe(at.asked().length);
    expect(at.silences).toBe(0);
  });

  test("asks no more while its report has not been heard", async () => {
    await using at = new Puppet();
    const reported = Promise.withResolvers<number>();
    at.begin({ ...at.optionsFor({ timeoutMs: 5000 }), onReport: reported.resolve });
    const pid = await reported.promise;
    for (let round = 0; round < 10; round += 1) at.prober.probe();
    await at.rounds(5);
    expect([at.asked().length, at.living()]).toEqual([1, 1]);
    at.prober.heard(pid);
    await until(() => at.asked().length === 2, { what: "the next child" });
  });

  test("counts a broken volume as failed, and a well one as none", async () => {
    await using at = new Puppet();
    at.answer(broken);
    at.start({ timeoutMs: 5000 });
    await until(() => at.reports >= 2, { what: "two reports" });
    expect(at.prober.status.probe.failures).toBeGreaterThanOrEqual(2);
    const [first, ...more] = at.kinds("probed");
    expect(first).toMatchObject({ ok: false, problem: "gone", again: false });
    expect(more.every((trace) => "again" in trace && trace.again)).toBe(true);
    at.answer(fine);
    await until(() => at.prober.status.probe.failures === 0, { what: "a well one" });
  });
});

describe("a rescue", () => {
  const directory = { device: "0:1", inode: 2n };

  test("is asked for with the next child, and with no other", async () => {
    await using at = new Puppet();
    at.start({ timeoutMs: 5000 });
    await until(() => at.reports >= 1, { what: "a report" });
    at.prober.rescue({ into: directory, bare: directory });
    const before = at.asked().length;
    await until(() => at.asked().length >= before + 3, { what: "three more" });
    const rescues = at
      .asked()
      .filter(({ request }) => request.includes('"rescue":{"into":{"device":"0:1","inode":"2"}'));
    expect(rescues).toHaveLength(1);
  });
});

describe("children that die", () => {
  test("are tried again, each time later, up to the interval", async () => {
    await using at = new Puppet();
    at.mood("die");
    at.start({ intervalMs: 1000, timeoutMs: 900 });
    const times: number[] = [];
    for (let child = 1; child <= 4; child += 1) {
      await until(() => at.asked().length >= child, { what: `child ${child}` });
      times.push(monotonicMs());
    }
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps[0]).toBeGreaterThan(450);
    expect(gaps[1]).toBeGreaterThan(950);
    expect(gaps[2]).toBeGreaterThan(950);
    expect(gaps[2]).toBeLessThan(1900);
    expect(at.kinds("probed").at(-1)).toMatchObject({ ok: false, problem: "the volume child ended with 3" });
    at.mood("answer");
    await until(() => at.reports >= 1, { what: "a report" });
    expect(at.prober.status.probe.failures).toBe(0);
  });

  test("that cannot even be started are silences too", async () => {
    await using at = new Puppet();
    at.begin({ ...at.optionsFor({}), self: [join(at.folder, "no-such-program")] });
    await until(() => at.silences >= 3, { what: "three silences" });
    expect(at.kinds("probed")[0]).toMatchObject({ ok: false, problem: expect.stringContaining("no-such-program") });
  });
});
