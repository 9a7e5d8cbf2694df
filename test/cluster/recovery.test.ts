import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { eventually } from "./harness/eventually.ts";
import { kill, unmount } from "./harness/node-actions.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("recovery");
const mooring = stage.once(() => stage.install());
const consuming = stage.once(async () => stage.startConsumer({ node: nodeOf(await (await mooring()).agent()) }));

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
  const consumer = await consuming();
  const before = await stage.cluster.mounts(node, stage.hostPath());
  expect(before).toHaveLength(1);
  const seen = await consumer.during(async () => {
    await kill(stage.cluster, agent);
    await eventually("the container to be started again", async () => {
      const pod = await release.pods.get(nameOf(agent));
      return pod.metadata?.uid === agent.metadata?.uid && restartsOf(pod) === 1;
    });
    await release.ready();
  });
  expect(await stage.cluster.mounts(node, stage.hostPath())).toEqual(before);
  expect(seen.failedWrites).toBe(0);
  return { outageMs: 0, ...seen };
});

stage.story("unmounted on the node: put back at once", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const consumer = await consuming();
  const [mounted] = await stage.cluster.mounts(node, stage.hostPath());
  const outage = (): Promise<number> => release.metric(agent, "mooring_outage_seconds_total");
  const outageBefore = await outage();
  const seen = await consumer.during(async () => {
    await unmount(stage.cluster, node, stage.hostPath());
    await eventually("the agent to have put it back", async () => (await outage()) > outageBefore);
  });
  const [healed] = await stage.cluster.mounts(node, stage.hostPath());
  expect(healed).toMatchObject({ root: mounted?.root ?? "", device: mounted?.device ?? "" });
  expect(await release.metric(agent, "volume_mount_recovery_success_total")).toBe(1);
  expect(await consumer.lost()).toBe(0);
  return { outageMs: ((await outage()) - outageBefore) * 1000, ...seen };
});

stage.story("workload deleted while consumers wait in their init container, made again: they go on", async () => {
  const release = await mooring();
  const node = nodeOf(await release.agent());
  // Agents wait for consumers before they let go.
  await (await consuming()).remove();
  await stage.cluster.remove(path`/apis/apps/v1/namespaces/${stage.namespace}/statefulsets/${release.name}`);
  await eventually("the agent to be gone", async () => (await release.agents()).length === 0);
  expect(await stage.cluster.mounts(node, stage.hostPath())).toEqual([]);
  expect(await stage.cluster.onNode(node, 'stat -c %a "$1"; lsattr -d "$1" | cut -c5', stage.hostPath())).toBe("0\ni");

  const consumer = stage.consumer({ node, name: "waiting", gate: stage.hostPath() });
  await consumer.create();
  await eventually("the consumer to wait in its init container", async () => {
    const { status } = await stage.pods.get("waiting");
    return status?.initContainerStatuses?.[0]?.state?.running !== undefined;
  });
  await release.apply(stage.values());
  await consumer.started();
  const { failed, written, longestGapMs } = await consumer.writes();
  expect(failed).toBe(0);
  expect(written).toBeGreaterThan(0);
  expect(await consumer.lost()).toBe(0);
  return { failedWrites: failed, gapMs: longestGapMs };
});
