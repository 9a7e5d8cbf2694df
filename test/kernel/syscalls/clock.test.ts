import { expect, test } from "bun:test";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { bootMs, monotonicMs } from "../../../agent/kernel/clock.ts";
import { said } from "./folder.ts";

test("the boot clock is the machine's uptime, the monotonic one runs beside it", () => {
  const before = bootMs();
  const uptime = Number(said(["cat", "/proc/uptime"]).split(" ")[0]) * 1000;
  const after = bootMs();
  // Hundredths of a second.
  expect(uptime).toBeGreaterThan(before - 11);
  expect(uptime).toBeLessThan(after + 1);
  expect(monotonicMs()).toBeLessThanOrEqual(bootMs());
});

test("time never stands still for long nor goes back", () => {
  let last = monotonicMs();
  const seen = new Set<number>();
  for (let round = 0; round < 100_000; round += 1) {
    const now = monotonicMs();
    expect(now >= last).toBe(true);
    seen.add(now);
    last = now;
  }
  // Finer than a microsecond, with all the digits of a long uptime.
  expect(seen.size).toBeGreaterThan(1000);
});

test("a thread that starts later reads the same clock", async () => {
  const clock = join(import.meta.dir, "../../../agent/kernel/clock.ts");
  const source = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(clock)}).then(({ monotonicMs }) => parentPort.postMessage(monotonicMs()));`;
  const before = monotonicMs();
  const worker = new Worker(source, { eval: true });
  const there = await new Promise<number>((resolve) => worker.once("message", resolve));
  expect(there).toBeGreaterThan(before);
  expect(there).toBeLessThan(monotonicMs());
  await worker.terminate();
});
