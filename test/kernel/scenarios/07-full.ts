import assert from "node:assert/strict";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

interface Resource {
  minFree: Record<string, unknown>;
  reason: "BytesLow" | "InodesLow";
  /** Uses most of it, but not all. */
  use: string;
  /** Uses what is left. */
  useUp: string;
}

const resources: Resource[] = [
  {
    minFree: { bytes: "8Mi" },
    reason: "BytesLow",
    use: `head -c 9m /dev/zero > "$1"/used`,
    useUp: `for size in 1m 4k 1; do dd if=/dev/zero bs=$size of="$1"/used-$size 2>/dev/null || true; done`,
  },
  {
    minFree: { inodes: 64 },
    reason: "InodesLow",
    use: `seq 60 | while read -r n; do : > "$1"/used-$n; done`,
    useUp: `n=100; while (: > "$1"/used-$n) 2>/dev/null; do n=$((n + 1)); done`,
  },
];

export const full: Scenario = {
  number: 7,
  name: "full",
  promise: "a volume that runs full is told before a write fails; without anything left it is still probed and healed",
  async play(stage) {
    for (const resource of resources) await runOut(stage, resource);
  },
};

async function runOut(stage: Stage, { minFree, reason, use, useUp }: Resource): Promise<void> {
  const machine = await stage.machine({ size: "16m", inodes: 128 });
  const agent = await stage.healthy(machine, { mount: { minFree } });
  const fill = (script: string) => machine.sh(script, { args: [machine.target] });
  await fill(use);
  await agent.until(`Degraded/${reason}`);
  await fill(`echo it still fits > "$1"/more`);
  await fill(useUp);
  await agent.until("Degraded/NoSpaceLeft");
  assert.equal((await agent.get("/readyz")).code, 200);
  await machine.sh(`umount -l "$1"`, { args: [machine.target] });
  await agent.event("attached", 2);
  await agent.probed();
  assert.equal((await agent.get("/readyz")).code, 200);
  await agent.end("SIGKILL");
  const next = await stage.healthy(machine, { mount: { minFree } }, "Degraded/NoSpaceLeft");
  await fill(`rm "$1"/used* "$1"/more`);
  await next.until("Healthy");
}
