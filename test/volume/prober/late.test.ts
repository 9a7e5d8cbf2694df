import { describe, expect, test } from "bun:test";
import type { Mount } from "../../../agent/core/config/config.ts";
import type { ProberOptions } from "../../../agent/volume/prober.ts";
import type { VolumeRequest } from "../../../agent/volume/request.ts";
import { until } from "../../kernel/harness/until.ts";
import { Puppet } from "./puppet.ts";

describe("a child that is silent", () => {
  test("stays the only one, and is overdue anew at each interval", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 4, { what: "four silences" });
    for (let round = 0; round < 20; round += 1) at.prober.probe();
    await until(() => at.silences >= 6, { what: "two more" });
    expect([at.asked().length, at.living()]).toEqual([1, 1]);
    const { failures, stuckForMs } = at.prober.status.probe ?? { failures: 0, stuckForMs: null };
    expect(failures).toBeGreaterThanOrEqual(6);
    expect(stuckForMs).toBeGreaterThan(300);
    expect(at.kinds("probeStuck")).toHaveLength(1);
    // The one line that says it is stuck is enough.
    expect(at.kinds("probed").every((trace) => "ok" in trace && !trace.ok && trace.again)).toBe(true);
  });

  test("that answers after all ends it; what was asked for meanwhile follows", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 3, { what: "three silences" });
    // Which asks for a probe, too; those that follow have all the time that a busy machine needs.
    at.prober.reconfigure(at.optionsFor({ timeoutMs: 5000 }));
    at.mood("answer");
    await until(() => at.reports >= 1, { what: "the late answer" });
    expect(at.prober.status.probe).toMatchObject({ failures: 0, stuckForMs: null });
    expect(at.kinds("probeAnswered")).toHaveLength(1);
    const silences = at.silences;
    await until(() => at.reports >= 4, { what: "three more reports" });
    expect([at.silences, at.kinds("probeStuck").length]).toEqual([silences, 1]);
  });

  test("is not joined by another one when the question changes; the next one gets the new question", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 2, { what: "two silences" });
    for (const name of ["second", "third"]) at.prober.reconfigure(at.optionsFor({}, { name }));
    await until(() => at.silences >= 5, { what: "three more" });
    expect(at.asked().length).toBe(1);
    at.mood("answer");
    await until(() => at.asked().length >= 2, { what: "the next child" });
    expect(
      at
        .asked()
        .map(({ request }) => (JSON.parse(request) as ProberOptions["request"]).mount.name)
        .slice(0, 2),
    ).toEqual(["dumps", "third"]);
  });

  const changes: [string, Partial<Mount>, Partial<VolumeRequest>][] = [
    ["source", { source: "/volumes/other" }, {}],
    ["sourceMustBeMount", { sourceMustBeMount: false }, {}],
    ["name", { name: "other" }, {}],
    ["options", { options: ["ro"] }, {}],
    ["other mounts", {}, { otherMounts: ["other"] }],
  ];
  test.each(changes)("that answers the question before the %s changed is not heard", async (_, mount, request) => {
    await using at = new Puppet();
    at.mood("silent");
    at.start({ timeoutMs: 5000 });
    await until(() => at.asked().length === 1, { what: "the child" });
    const [first] = at.asked();
    const heard: number[] = [];
    const next = at.optionsFor({ timeoutMs: 5000 }, mount);
    at.prober.reconfigure({
      ...next,
      request: { ...next.request, ...request },
      onReport: (pid, report) => {
        heard.push(pid);
        next.onReport(pid, report);
      },
    });
    at.mood("answer");
    await until(() => at.reports >= 2, { what: "two reports" });
    expect(heard).not.toContain(first?.pid);
    expect([at.silences, at.prober.status.probe.failures]).toEqual([0, 0]);
  });

  test("that answers an old question hands the rescue that it was to do to the next one", async () => {
    await using at = new Puppet();
    const directory = { device: "0:1", inode: 2n };
    at.mood("silent");
    at.start({ timeoutMs: 5000 });
    at.prober.rescue({ into: directory, bare: directory });
    await until(() => at.asked().length === 1, { what: "the child" });
    at.prober.reconfigure(at.optionsFor({ timeoutMs: 5000 }, { source: "/volumes/other" }));
    at.mood("answer");
    await until(() => at.reports >= 2, { what: "two reports" });
    expect(
      at
        .asked()
        .slice(0, 3)
        .map(({ request }) => request.includes(`"rescue":`)),
    ).toEqual([true, true, false]);
  });

  test("that is killed is a silence, not an answer, and is tried again", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start();
    await until(() => at.silences >= 1, { what: "the first silence" });
    const [{ pid } = { pid: 0 }] = at.asked();
    const before = at.silences;
    process.kill(pid, "SIGKILL");
    await until(() => at.silences > before, { what: "the silence of a dead child" });
    await until(() => at.asked().length === 2, { what: "the next child" });
    expect(at.kinds("probeAnswered")).toEqual([]);
    expect(at.reports).toBe(0);
  });
});

describe("a child that is at work", () => {
  test("is not overdue, however long it takes, and stays the only one", async () => {
    await using at = new Puppet();
    at.mood("busy");
    at.start({ timeoutMs: 5000 });
    await until(() => at.asked().length === 1, { what: "the child" });
    await at.rounds(10);
    expect([at.silences, at.reports, at.asked().length]).toEqual([0, 0, 1]);
    at.mood("answer");
    await until(() => at.reports === 1, { what: "its answer" });
  });

  test("after a silence is told once as answering, and its failures are forgotten", async () => {
    await using at = new Puppet();
    at.mood("silent");
    at.start({ timeoutMs: 200 });
    await until(() => at.silences >= 2, { what: "two silences" });
    at.mood("busy");
    await until(() => at.signs === 1, { what: "the sign" });
    await until(() => at.prober.status.probe.failures === 0, { what: "the failures to be forgotten" });
    expect(at.prober.status.probe.stuckForMs).toBeNull();
    expect(at.kinds("probeAnswered")).toHaveLength(1);
    at.mood("answer");
    await until(() => at.reports >= 1, { what: "its answer" });
  });
});
