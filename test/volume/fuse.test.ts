import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { askVolumeChild } from "../../agent/volume/child-process.ts";
import type { FuseVolume } from "../kernel/harness/fuse.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { until } from "../kernel/harness/until.ts";
import { askChild, requestFor, selfIn } from "./ask.ts";

const opened = async () => {
  const machine = await Machine.start({ volume: "none" });
  const volume: FuseVolume = await machine.fuse();
  return { machine, volume, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

const reasons = { EIO: "InputOutputError", ESTALE: "StaleHandle", ENOTCONN: "Disconnected" } as const;

describe("a FUSE volume", () => {
  test("is one like any other", async () => {
    using at = await opened();
    const { report, volume } = await askChild(at.machine);
    expect(volume).toMatchObject({ problem: null, remark: null, isNew: true });
    expect(report.source).toMatchObject({ ok: true, identity: { fsType: "fuse.fake", source: "fake", root: "/" } });
    const again = await askChild(at.machine);
    expect(again.volume).toMatchObject({ problem: null, remark: null, isNew: false });
    expect(again.volume.identity).toEqual(volume.identity);
  });

  test.each(Object.entries(reasons) as [keyof typeof reasons, string][])(
    "that answers %s is %s",
    async (code, reason) => {
      using at = await opened();
      await askChild(at.machine);
      await at.volume.errno(code);
      const { report, volume } = await askChild(at.machine);
      expect(volume.problem).toMatchObject({ reason, message: expect.stringContaining(code) });
      // The source is what it was: only the volume behind it is broken.
      expect(report.source?.ok).toBe(true);
      await at.volume.answer();
      expect((await askChild(at.machine)).volume).toMatchObject({ problem: null, remark: null });
    },
  );

  test.each(Object.entries(reasons) as [keyof typeof reasons, string][])(
    "whose directory is the source says so too: %s",
    async (code, reason) => {
      using at = await opened();
      await at.machine.sh(`mkdir "$1/claim"`, { args: [at.machine.source] });
      const places = { source: `${at.machine.source}/claim`, target: at.machine.target };
      await askChild(at.machine, {}, places);
      await at.volume.errno(code);
      const { report } = await askChild(at.machine, {}, places);
      const problem = report.source?.ok === false ? report.source.problem : report.volume?.problem;
      expect(problem).toMatchObject({ reason, message: expect.stringContaining(code) });
    },
  );

  test("whose daemon was killed is disconnected", async () => {
    using at = await opened();
    await at.volume.kill();
    expect((await askChild(at.machine)).volume.problem?.reason).toBe("Disconnected");
  });

  test.each(["fresh", "known"])("that is silent keeps the child, until it answers: %s", async (kind) => {
    using at = await opened();
    if (kind === "known") await askChild(at.machine);
    await at.volume.silent();
    const child = askVolumeChild(selfIn(at.machine), requestFor(at.machine));
    // What is held first may be somebody else's: the kernel itself asks for some.
    const isAsleep = () => /^State:\s+[DS]/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"));
    await until(async () => (await at.volume.held()) > 0 && isAsleep(), { what: "the child to be stuck" });
    await at.volume.answer();
    const answer = await child.answer;
    expect(answer).toMatchObject({ ok: true, report: { volume: { problem: null, remark: null } } });
    child.letGo();
  });
});
