import { expect, test } from "bun:test";
import { monotonicMs } from "../../agent/kernel/clock.ts";
import { Prober } from "../../agent/volume/prober.ts";
import { mountOf } from "../keeper/configuration.ts";
import { until } from "../kernel/harness/until.ts";

const mount = mountOf({ name: "dumps", source: null, sourceMustBeMount: false, target: "/nowhere" });

/** Answers at once that there was nothing to examine, then waits to be let go. */
const child = ["sh", "-c", `read -r request; echo '{"source":null,"volume":null}'; cat >/dev/null`];

test("who asks for a probe gets it no later than it would have come by itself", async () => {
  const reports: number[] = [];
  const prober = new Prober({
    self: child,
    request: { mount, instance: "mooring", node: "here", otherMounts: [] },
    monitor: { intervalMs: 100, timeoutMs: 90, failures: 3 },
    now: monotonicMs,
    onReport: (pid) => {
      reports.push(monotonicMs());
      prober.probe();
      prober.heard(pid);
    },
    onSilence: () => {},
    onSign: () => {},
    tell: () => {},
  });
  try {
    prober.probe();
    await until(() => reports.length >= 6, { what: "six reports" });
    const gaps = reports.slice(1).map((at, index) => at - (reports[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(50);
    expect(Math.min(...gaps)).toBeLessThan(200);
  } finally {
    prober.stop();
  }
});
