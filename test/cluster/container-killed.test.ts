import { expect } from "bun:test";
import { eventually } from "./harness/eventually.ts";
import { kill } from "./harness/kill.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("container");
const mooring = stage.once(() => stage.install());

stage.story("a file written through the host path is in the volume (helm test)", async () => {
  const { code, stdout, stderr } = await (await mooring()).test();
  expect(stdout + stderr).toContain("is in the volume");
  expect(code).toBe(0);
  return {};
});

stage.story("container killed: the mount stays, the next life adopts it", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const before = await stage.cluster.mounts(node, stage.hostPath());
  const consumer = await stage.startConsumer({ node });
  await kill(stage.cluster, agent);
  const after = await eventually("the container to be started again", async () => {
    const pod = await release.pods.get(nameOf(agent));
    return restartsOf(pod) === 1 ? pod : false;
  });
  await release.ready();
  const { failed, longestGapMs } = await consumer.writes();
  expect(after.metadata?.uid).toBe(agent.metadata?.uid ?? "");
  expect(await stage.cluster.mounts(node, stage.hostPath())).toEqual(before);
  expect(failed).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return { outageMs: 0, failedWrites: failed, gapMs: longestGapMs };
});
