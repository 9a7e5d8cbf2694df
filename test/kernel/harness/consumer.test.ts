import { describe, expect, test } from "bun:test";
import { Machine } from "./machine.ts";
import { until } from "./until.ts";

const bound = async (machine: Machine): Promise<void> => {
  const script = `mkdir -p "$2"; chmod 700 "$2"; chmod 1777 "$1"; mount --bind "$1" "$2"`;
  await machine.sh(script, { args: [machine.source, machine.target] });
};

describe("a consumer", () => {
  test("writes every millisecond without a failure while the mount is there, and nothing is lost", async () => {
    using machine = await Machine.start();
    await bound(machine);
    const consumer = await machine.consumer({ every: "1ms" });
    await until(async () => (await consumer.report()).written > 100, { what: "a hundred records" });
    const { written, failed, errors, ranges, longestGapMs } = await consumer.stop();
    expect({ failed, errors, ranges }).toEqual({ failed: 0, errors: {}, ranges: [[1, written]] });
    expect(longestGapMs).toBeGreaterThan(0.9);
    expect(await consumer.lost()).toEqual({ count: 0, ranges: [] });
  });

  test("sees the mount go and come back, and finds what it wrote to the bare directory", async () => {
    using machine = await Machine.start();
    await bound(machine);
    const consumer = await machine.consumer({ every: "tight" });
    const more = async () => {
      const { written } = await consumer.report();
      await until(async () => (await consumer.report()).written > written, { what: "another record" });
    };
    await more();
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await more();
    await bound(machine);
    await more();
    expect((await consumer.stop()).failed).toBe(0);
    const inVolume = await machine.sh(`cat "$1"/consumer-1 | wc -l`, { args: [machine.source] });
    expect(Number(inVolume)).toBeLessThan((await consumer.report()).written);
    expect((await consumer.lost()).count).toBe(0);
  });

  test("counts what it could not write, by its errno, and the gap", async () => {
    using machine = await Machine.start();
    await bound(machine);
    const consumer = await machine.consumer({ every: "1ms", uid: 1000 });
    await until(async () => (await consumer.report()).written > 0, { what: "the first record" });
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await until(async () => (await consumer.report()).failed >= 20, { what: "twenty failures" });
    await bound(machine);
    const { written } = await consumer.report();
    await until(async () => (await consumer.report()).written > written, { what: "another record" });
    const report = await consumer.stop();
    expect(report.errors).toEqual({ EACCES: report.failed });
    expect(report.longestGapMs).toBeGreaterThan(15);
    expect(report.ranges.length).toBeGreaterThan(1);
    expect((await consumer.lost()).count).toBe(0);
  });

  test("notices what is lost, to the record", async () => {
    using machine = await Machine.start();
    await bound(machine);
    const consumer = await machine.consumer({ every: "1ms" });
    await until(async () => (await consumer.report()).written > 50, { what: "fifty records" });
    await consumer.stop();
    await machine.sh(`sed -i -e 7d -e 20,29d "$1"/consumer-1`, { args: [machine.source] });
    expect(await consumer.lost()).toEqual({
      count: 11,
      ranges: [
        [7, 7],
        [20, 29],
      ],
    });
  });

  test("does not take for lost what follows a record that did not fit", async () => {
    using machine = await Machine.start();
    await bound(machine);
    await machine.sh(`cat /dev/zero > "$1"/filler 2>/dev/null || :`, { args: [machine.source] });
    await machine.sh(`truncate -s -4k "$1"/filler`, { args: [machine.source] });
    const consumer = await machine.consumer({ every: "tight" });
    await until(async () => (await consumer.report()).failed > 0, { what: "the first failure" });
    await machine.sh(`rm "$1"/filler`, { args: [machine.source] });
    await consumer.writes(100);
    expect(await machine.sh(`awk 'length > 10' "$1"/consumer-1`, { args: [machine.source] })).not.toBe("");
    expect((await consumer.lost()).count).toBe(0);
  });

  test("may keep its file open, and then follows the volume wherever it is mounted", async () => {
    using machine = await Machine.start();
    await bound(machine);
    const consumer = await machine.consumer({ every: "tight", keepOpen: true });
    await until(async () => (await consumer.report()).written > 0, { what: "the first record" });
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    const { written } = await consumer.report();
    await until(async () => (await consumer.report()).written > written, { what: "another record" });
    expect((await consumer.stop()).failed).toBe(0);
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.target] })).toBe("");
    expect((await consumer.lost()).count).toBe(0);
  });
});
