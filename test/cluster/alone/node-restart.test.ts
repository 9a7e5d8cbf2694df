import { expect } from "bun:test";
import { eventually } from "../harness/eventually.ts";
import { isReady } from "../harness/pods.ts";
import { nameOf, nodeOf } from "../harness/release.ts";
import { run } from "../harness/run.ts";
import { Stage } from "../harness/stage.ts";

const stage = new Stage("node-restart");

stage.story("node restarted: mounted again before its consumers go on", async () => {
  const release = await stage.install();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const consumer = await stage.startConsumer({ node, gate: stage.hostPath(), restart: "Always" });
  await consumer.writes();
  const file = `${stage.hostPath()}/${consumer.name}`;
  const before = Number(await stage.cluster.onNode(node, 'wc -l <"$1"', file));

  const started = performance.now();
  await run(["docker", "restart", "--time", "20", node]);
  // Until it has noticed, the API server shows both pods as they were before.
  await eventually("the agent to run in a new container", async () => {
    const [was, now] = [agent, await release.pods.get(nameOf(agent))].map(
      (pod) => pod.status?.containerStatuses?.[0]?.containerID,
    );
    return now !== undefined && now !== was && isReady(await release.pods.get(nameOf(agent)));
  });
  const outageMs = performance.now() - started;
  await consumer.started();
  const { failed } = await consumer.writes();
  expect(await stage.cluster.mounts(node, stage.hostPath())).toHaveLength(1);
  expect(failed).toBe(0);
  expect(Number(await stage.cluster.onNode(node, 'wc -l <"$1"', file))).toBeGreaterThan(before);
  const { stackDepth, condition } = (await release.status(agent)).mounts[0] ?? {};
  expect([stackDepth, condition?.state]).toEqual([1, "Healthy"]);
  return { outageMs, failedWrites: failed };
});
