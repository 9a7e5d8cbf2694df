import { expect } from "bun:test";
import { duringAll } from "./harness/consumer.ts";
import { nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("pinned");

stage.story("StatefulSets pinned to two nodes, upgraded: the mounts stay", async () => {
  const nodes = await stage.cluster.workers();
  const values = (rolled: string) => stage.values({}, { nodes, podAnnotations: { rolled } });
  const release = await stage.install(values("once"));
  expect((await release.agents()).map(nodeOf).sort()).toEqual(nodes);
  const consumers = await Promise.all(nodes.map((node) => stage.startConsumer({ node, name: `on-${node}` })));
  const tables = () => Promise.all(nodes.map((node) => stage.cluster.mounts(node, stage.folder)));
  const before = await tables();
  const old = (await release.agents()).map(({ metadata }) => metadata?.uid);

  const seen = await duringAll(consumers, () => release.apply(values("twice")));
  const agents = await release.agents();
  expect(agents.map(nodeOf).sort()).toEqual(nodes);
  for (const { metadata } of agents) expect(old).not.toContain(metadata?.uid);
  expect(await tables()).toEqual(before);
  expect(seen.failedWrites).toBe(0);
  expect(await Promise.all(consumers.map((consumer) => consumer.lost()))).toEqual([0, 0]);
  return { outageMs: 0, ...seen };
});
