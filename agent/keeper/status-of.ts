import type { Berth } from "./berth.ts";
import type { KeeperStatus } from "./messages.ts";

/** What the main thread is told of one mount; nothing before it was looked at, or once no configuration names it. */
export function statusOf({ mount, memory, attached, seen, bareView, retired }: Berth): KeeperStatus[] {
  const { name, target, hostPath, source } = mount;
  const { condition, probe, expected } = memory;
  if (condition === null || retired) return [];
  return [
    {
      name,
      target,
      hostPath,
      source,
      condition,
      attached,
      verified: probe.verified,
      identity: expected,
      options: seen?.details?.options ?? [],
      stackDepth: seen?.stack.length ?? 0,
      bareDirectory: bareView,
      rescue: memory.rescue.last,
    },
  ];
}
