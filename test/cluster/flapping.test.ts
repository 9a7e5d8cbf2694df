import { expect } from "bun:test";
import { sayRequests } from "./harness/audit.ts";
import { eventsOf, timesOf } from "./harness/events.ts";
import { nodeWith, ownMarks } from "./harness/marks.ts";
import { quiet } from "./harness/quiet.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("flapping");
const { cluster, namespace } = stage;

const TIMES = 50;
/** A series is written anew every 5 s while it goes on. */
const SETTLED_MS = 15_000;

stage.story(`broken and healed ${TIMES} times in 10 s: at most one write a second, one series of Events`, async () => {
  // The pod's name tells its Events from those of other agents on this node.
  const release = await stage.install(stage.values({}, { kubernetes: ownMarks(stage) }), namespace);
  const agent = await release.agent();
  const node = nodeOf(agent);
  const account = { namespace, account: `${namespace}-mooring` };
  await quiet(cluster, { ...account, from: Date.now() }, SETTLED_MS);
  const before = await cluster.mounts(node, stage.hostPath());

  const from = Date.now();
  await cluster.onNode(node, breakOften, stage.hostPath(), String(TIMES));
  const tookMs = Date.now() - from;
  const writes = await quiet(cluster, { ...account, from }, SETTLED_MS);

  const gaps = writes.slice(1).map(({ at }, index) => at - (writes[index]?.at ?? 0));
  const spanMs = (writes.at(-1)?.at ?? 0) - (writes[0]?.at ?? 0);
  expect(writes.length).toBeLessThanOrEqual(spanMs / 1000 + 1.5);
  // The agent sends one a second; what arrives closer was held up on its way.
  expect(Math.min(...gaps)).toBeGreaterThan(500);
  expect(writes.every(({ code }) => code < 300)).toBe(true);

  // Lost again before the agent could look at what it had put back, it counts once: on a busy machine only.
  const healed = await release.metric(agent, 'volume_mount_recovery_success_total{mount="dumps"}');
  expect(healed).toBeWithin(0.8 * TIMES, TIMES + 1);
  expect((await cluster.mounts(node, stage.hostPath())).length).toBe(before.length);
  const { labels, condition, annotations } = await nodeWith(cluster, node, namespace);
  expect({ label: labels[namespace], status: condition?.status }).toEqual({ label: "ready", status: "True" });
  const { dumps } = JSON.parse(annotations[`mooring.dev/${namespace}-${namespace}`] ?? "{}").mounts;
  expect(dumps).toMatchObject({ state: "Healthy", reason: "Verified" });
  expect(Math.abs(Date.parse(dumps.healed) - (from + tookMs))).toBeLessThan(5000);

  for (const place of ["default", namespace]) {
    const heals = (await eventsOf(cluster, place, nameOf(agent))).filter(({ reason }) => reason === "MountHealed");
    expect(heals).toHaveLength(1);
    // Lost before it had a new anchor, it is attached from its source: MountAttached, a series of its own.
    expect(heals.map(timesOf)[0]).toBeWithin(0.8 * TIMES, healed + 1);
  }
  const perSecond = writes.length / Math.max(1, spanMs / 1000);
  return {
    also: `${healed} heals in ${(tookMs / 1000).toFixed(1)} s; ${writes.length} writes, ${perSecond.toFixed(2)}/s: ${sayRequests(writes)}`,
  };
});

/** Every 200 ms, whatever the heal took of it; tried again while somebody looks into the volume. */
const breakOften = `
  next=$(date +%s%3N)
  for ((i = 0; i < $2; i++)); do
    until umount "$1" 2>/dev/null || ((SECONDS > 120)); do sleep 0.005; done
    until grep -qF " $1 " /proc/self/mountinfo; do :; done
    next=$((next + 200)) now=$(date +%s%3N)
    if ((next > now)); then sleep "$(printf '0.%03d' $((next - now)))"; fi
  done
`;
