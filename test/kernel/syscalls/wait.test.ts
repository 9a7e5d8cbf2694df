import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Kernel, Woken } from "../../../agent/keeper/port.ts";
import { monotonicMs } from "../../../agent/kernel/clock.ts";
import { MountWatch, makeSignal, raise } from "../../../agent/kernel/wait.ts";
import { Machine } from "../harness/machine.ts";
import { Inside, type Remote } from "../linux/inside.ts";

const nothing: Woken = { mountsChanged: false, signalled: false };
const mounts: Woken = { mountsChanged: true, signalled: false };

describe("a change of the mount table", () => {
  let machine: Machine;
  let kernel: Remote<Kernel>;
  const sh = (script: string) => machine.sh(script, { args: [machine.source, machine.node] });

  beforeAll(async () => {
    machine = await Machine.start();
    kernel = await (await Inside.start(machine)).port();
    await sh(`mkdir "$2/a" "$2/b" "$2/c"; mount -t tmpfs none "$2/b"; mount --make-private "$2/b"`);
    await kernel.wait(0);
  });

  afterAll(() => machine[Symbol.dispose]());

  test("does not concern a watch that begins after it", async () => {
    expect(await kernel.wait(0)).toEqual(nothing);
  });

  test.each([
    ["mount", `mount -t tmpfs none "$2/a"`],
    ["remount", `mount -o remount,bind,nosuid "$2/a"`],
    ["remount of the file system", `mount -o remount,size=1m "$2/a"`],
    ["bind", `mount --bind "$1" "$2/c"`],
    ["move", `mount --make-private "$2"; mount --move "$2/a" "$2/b"; mount --make-shared "$2"`],
    ["unmount", `umount "$2/b"`],
    ["lazy unmount", `umount -l "$2/c"`],
    ["mount and unmount in between", `mount -t tmpfs none "$2/a"; umount "$2/a"`],
    ["a hundred of them", `for i in $(seq 100); do mount --bind "$1" "$2/a"; umount "$2/a"; done`],
  ])("wakes once: %s", async (_, script) => {
    await sh(script);
    expect(await kernel.wait(5000)).toEqual(mounts);
    expect(await kernel.wait(0)).toEqual(nothing);
  });

  test("wakes who is asleep already", async () => {
    const waiting = kernel.wait(60_000);
    await sh(`mount -t tmpfs none "$2/a"`);
    expect(await waiting).toEqual(mounts);
    await sh(`umount "$2/a"`);
    expect(await kernel.wait(5000)).toEqual(mounts);
  });

  test.each([
    ["make-private", `mount --make-private "$2"`],
    ["make-shared", `mount --make-shared "$2"`],
    ["a mount in another namespace", `unshare -m --propagation private mount -t tmpfs none "$2/a"`],
  ])("is not: %s, which is why there is a timer", async (_, script) => {
    await sh(script);
    expect(await kernel.wait(0)).toEqual(nothing);
  });
});

describe("a signal", () => {
  test("is for this process alone: closed on exec", () => {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${makeSignal()}`, "utf8"))?.[1] ?? "";
    expect(Number.parseInt(flags, 8) & 0o2004000).toBe(0o2004000);
  });

  test("wakes once, however often it was raised, and before or after the sleep begins", () => {
    const fd = makeSignal();
    const watch = new MountWatch(fd);
    expect(watch.wait(0).signalled).toBe(false);
    for (let round = 0; round < 1000; round += 1) raise(fd);
    expect(watch.wait(60_000).signalled).toBe(true);
    expect(watch.wait(0).signalled).toBe(false);
    watch.close();
  });

  test("reaches a thread that is asleep for ever, a thousand times in turn", async () => {
    const there = makeSignal();
    const back = makeSignal();
    const source = `
      const { workerData } = require("node:worker_threads");
      import(${JSON.stringify(join(import.meta.dir, "../../../agent/kernel/wait.ts"))}).then(({ MountWatch, raise }) => {
        const watch = new MountWatch(workerData.there);
        for (;;) if (watch.wait(Infinity).signalled) raise(workerData.back);
      });`;
    const worker = new Worker(source, { eval: true, workerData: { there, back } });
    await new Promise((resolve) => worker.once("online", resolve));
    const watch = new MountWatch(back);
    for (let round = 0; round < 1000; round += 1) {
      raise(there);
      let woken = watch.wait(10_000);
      while (woken.mountsChanged && !woken.signalled) woken = watch.wait(10_000);
      expect(woken.signalled).toBe(true);
    }
    watch.close();
    await worker.terminate();
  });
});

describe("a sleep", () => {
  const watch = new MountWatch(makeSignal());
  /** Milliseconds; null when somebody mounted something on this machine meanwhile. */
  const slept = (timeout: number): number | null => {
    const start = monotonicMs();
    const { mountsChanged } = watch.wait(timeout);
    return mountsChanged ? null : monotonicMs() - start;
  };

  test.each([0.25, 1, 3.5, 40, 1001.5])("of %d ms takes that long", (ms) => {
    const end = monotonicMs() + 30_000;
    let shortest = Number.POSITIVE_INFINITY;
    // A busy machine lets it sleep longer, but not each time.
    while (shortest > ms + 500 && monotonicMs() < end) {
      const time = slept(ms);
      if (time === null) continue;
      expect(time).toBeGreaterThanOrEqual(ms);
      shortest = Math.min(shortest, time);
    }
    expect(shortest).toBeLessThan(ms + 500);
  });

  test.each([0, -1, Number.NEGATIVE_INFINITY])("of %d ms ends at once", (ms) => {
    expect(Math.min(...Array.from({ length: 10 }, () => slept(ms) ?? Number.POSITIVE_INFINITY))).toBeLessThan(5);
  });
});
