import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const config = { monitor: { interval: "200ms", timeout: "180ms", failures: 3 } };
/** Writes until nothing more fits, in ever smaller pieces, and leaves not a byte. */
const fillBytes = `for size in 1m 4k 1; do dd if=/dev/zero bs=$size of="$1"/filler-$size 2>/dev/null || true; done`;
const fillInodes = `n=0; while (: > "$1"/file-$n) 2>/dev/null; do n=$((n + 1)); done`;
const canWrite = `echo more > "$1"/another`;

describe.each(["tmpfs", "ext4"] as const)("a %s volume", (volume) => {
  test("that runs out of bytes: BytesLow while writes still succeed", async () => {
    using machine = await Machine.start({ volume, size: "16m" });
    const agent = await Agent.start(machine, { mount: { minFree: { bytes: "8Mi" } }, config });
    await agent.until("Healthy");
    await machine.sh(`head -c 9m /dev/zero > "$1"/dump`, { args: [machine.target] });
    const { space } = await agent.until("Degraded/BytesLow");
    expect(space?.availBytes).toBeLessThan(8 * 1024 * 1024);
    await machine.sh(canWrite, { args: [machine.target] });
    expect((await agent.get("/readyz")).code).toBe(200);
    expect(await agent.metric(`mooring_filesystem_avail_bytes{mount="dumps"}`)).toBeGreaterThan(0);
    await machine.sh(`rm "$1"/dump`, { args: [machine.target] });
    await agent.until("Healthy");
  });

  test("that runs out of inodes: InodesLow while files can still be made", async () => {
    using machine = await Machine.start({ volume, size: "16m", inodes: 128 });
    const agent = await Agent.start(machine, { mount: { minFree: { inodes: 64 } }, config });
    await agent.until("Healthy");
    await machine.sh(`seq 60 | while read -r n; do : > "$1"/file-$n; done`, { args: [machine.target] });
    await agent.until("Degraded/InodesLow");
    await machine.sh(canWrite, { args: [machine.target] });
    expect((await agent.get("/readyz")).code).toBe(200);
    await machine.sh(`rm "$1"/file-*`, { args: [machine.target] });
    await agent.until("Healthy");
  });

  test.each([
    ["bytes", fillBytes],
    ["inodes", fillInodes],
  ])("without any %s left, whatever minFree says: told, and still served, as the probe needs none", async (_, fill) => {
    using machine = await Machine.start({ volume, size: "16m", inodes: 256 });
    const first = await Agent.start(machine, { config });
    await first.until("Healthy");
    await machine.sh(fill, { args: [machine.target] });
    await first.until("Degraded/NoSpaceLeft");
    expect((await first.get("/readyz")).code).toBe(200);
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await first.event("attached", 2);
    await first.probed(2);
    expect((await first.get("/readyz")).code).toBe(200);
    await first.end();
    const next = await Agent.start(machine, { config });
    await next.until("Degraded/NoSpaceLeft");
    await machine.sh(`rm "$1"/fil*`, { args: [machine.target] });
    await next.until("Healthy");
  });

  test.each([
    ["bytes", fillBytes],
    ["inodes", fillInodes],
  ])("without any %s left before it was ever marked: attached, and says so", async (_, fill) => {
    using machine = await Machine.start({ volume, size: "16m", inodes: 256 });
    await machine.sh(fill, { args: [machine.source] });
    const agent = await Agent.start(machine, { config });
    await agent.until("Degraded/NoSpaceLeft");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    expect((await agent.get("/readyz")).code).toBe(200);
    await machine.sh(`rm -rf "$1"/fil*`, { args: [machine.source] });
    await agent.until("Healthy");
    await until(() => machine.sh(`cat "$1"`, { args: [join(machine.target, ".ready")] }), { what: "the marker" });
  });
});

test("a volume does not fill up by being probed", async () => {
  using machine = await Machine.start({ volume: "ext4" });
  const agent = await Agent.start(machine, { config: { monitor: { interval: "100ms", timeout: "90ms" } } });
  await agent.until("Healthy");
  const used = () => machine.sh(`df --output=used,iused "$1" | tail -1; find "$1" | wc -l`, { args: [machine.target] });
  await agent.probed(2);
  const before = await used();
  await agent.probed(20);
  expect(await used()).toBe(before);
});
