import { expect } from "bun:test";
import { eventually } from "./harness/eventually.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";
import { claimsOf } from "./harness/volumes.ts";

const stage = new Stage("two-nodes");
const values = (replicas: number) => stage.values({ volume: "template", keep: false }, { replicas });
const mooring = stage.once(() => stage.install(values(2)));

stage.story("StatefulSet with two replicas: two nodes, each with a volume of its own", async () => {
  const release = await mooring();
  const agents = await release.agents();
  expect(agents.map(nodeOf).sort()).toEqual(await stage.cluster.workers());
  for (const agent of agents) {
    await stage.cluster.onNode(nodeOf(agent), 'echo "$2" >"$1/who"', stage.hostPath(), nameOf(agent));
  }
  for (const agent of agents) {
    expect(await stage.cluster.onNode(nodeOf(agent), 'cat "$1/who"', stage.hostPath())).toBe(nameOf(agent));
  }
  expect(await claimsOf(stage)).toEqual(["volume-dumps-mooring-0", "volume-dumps-mooring-1"]);
  return {};
});

stage.story("scaled down to one: that node is released, the other's consumer notices nothing", async () => {
  const release = await mooring();
  const [stays, goes] = await release.agents();
  if (stays === undefined || goes === undefined) throw new Error("there are no two agents");
  const consumer = await stage.startConsumer({ node: nodeOf(stays) });
  const seen = await consumer.during(async () => {
    await release.apply(values(1));
    await eventually("the second agent to be gone", async () => (await release.agents()).length === 1);
  });
  expect(await stage.cluster.mounts(nodeOf(goes), stage.folder)).toEqual([]);
  expect(await stage.cluster.mounts(nodeOf(stays), stage.folder)).toHaveLength(1);
  expect(seen.failedWrites).toBe(0);
  await consumer.remove();
  return { outageMs: 0, ...seen };
});

stage.story("uninstalled with keep: false: the claims go with it", async () => {
  const release = await mooring();
  await release.uninstall();
  await eventually("the claims to be gone", async () => (await claimsOf(stage)).length === 0);
  return {};
});
