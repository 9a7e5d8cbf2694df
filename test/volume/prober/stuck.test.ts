import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Machine } from "../../kernel/harness/machine.ts";
import { until } from "../../kernel/harness/until.ts";
import { requestFor, selfIn } from "../ask.ts";
import { Puppet } from "./puppet.ts";

describe("a real child on a FUSE volume", () => {
  test("stuck in the kernel stays the only one, though it is killed, and all is well once the volume answers", async () => {
    await using at = new Puppet();
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const pids: number[] = [];
    at.begin({
      ...at.optionsFor({ intervalMs: 100, timeoutMs: 2000 }),
      self: selfIn(machine),
      request: requestFor(machine),
      onReport: (pid, report) => {
        pids.push(pid);
        if (report.volume?.problem === null) at.reports += 1;
        at.prober.heard(pid);
      },
    });
    await until(() => at.reports >= 1, { what: "a report" });
    await volume.silent();
    await until(async () => at.silences >= 3 && (await volume.held()) > 0, { what: "three silences" });
    const held = await volume.held();
    const children = () =>
      readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
        .split(" ")
        .filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("volume-child"));
    const [stuck, ...more] = children();
    expect(more).toEqual([]);
    process.kill(Number(stuck), "SIGKILL");
    const before = at.silences;
    await until(() => at.silences >= before + 3, { what: "three more" });
    expect([children(), await volume.held()]).toEqual([[stuck ?? ""], held]);

    await volume.answer();
    const { length } = pids;
    await until(() => pids.length > length + 1, { what: "two more reports" });
    expect(at.prober.status.probe).toMatchObject({ failures: 0, stuckForMs: null });
    expect(at.prober.status.space?.sizeBytes).toBe(64 * 1024 * 1024);
    at.prober.stop();
    await until(() => children().length === 0, { what: "the last child to end" });
  });
});
