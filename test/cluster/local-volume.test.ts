import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { eventually } from "./harness/eventually.ts";
import { unmount } from "./harness/node-actions.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

// A local PersistentVolume on a directory below the mount point: the kubelet mounts it for each pod by itself.
const stage = new Stage("local-volume");
const folder = `${stage.hostPath()}/shop`;
const shop = { mount: "dumps", path: "shop", namespace: stage.namespace, claim: "shop", size: "32Mi", uid: 1000 };
const pods = "/var/lib/kubelet/pods";

const opening = stage.once(async () => {
  const { cluster, namespace } = stage;
  const release = await stage.install(
    stage.values(
      {},
      {
        consumers: { localVolumes: { shop } },
        // Its own label: the volume is for nodes that have it.
        kubernetes: { label: namespace, condition: "LocalVolumeStory" },
        // As an agent that watches what the kubelet mounts for others would have it.
        extraVolumes: [{ name: "pods", hostPath: { path: pods } }],
        extraVolumeMounts: [
          { name: "pods", mountPath: "/seen", mountPropagation: "HostToContainer", readOnly: true },
          { name: "pods", mountPath: "/unseen", readOnly: true },
        ],
      },
    ),
  );
  const agent = await release.agent();
  // Its volume belongs to the release, and cannot go before it.
  stage.later(() => cluster.remove(path`/api/v1/namespaces/${namespace}/persistentvolumeclaims/shop`));
  await cluster.create(path`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "shop" },
    spec: {
      storageClassName: "",
      volumeName: `${namespace}-${release.name}-shop`,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "32Mi" } },
    },
  });
  const consumer = await stage.startConsumer({
    name: "shop",
    node: nodeOf(agent),
    claim: "shop",
    volumePath: folder,
    propagation: "None",
    file: `${folder}/dump`,
  });
  return { release, agent, consumer, node: nodeOf(agent) };
});

stage.story("unmounted on the node: the application keeps a mount of its own", async () => {
  const { release, agent, consumer, node } = await opening();
  const own = (await stage.cluster.mounts(node, pods)).filter(({ root }) => root.endsWith("/shop"));
  expect(own.length).toBeGreaterThan(0);
  const healed = "volume_mount_recovery_success_total";
  const seen = await consumer.during(async () => {
    await unmount(stage.cluster, node, stage.hostPath());
    await eventually("the agent to have put it back", async () => (await release.metric(agent, healed)) === 1);
  });
  expect((await stage.cluster.mounts(node, pods)).filter(({ root }) => root.endsWith("/shop"))).toEqual(own);
  expect(seen.failedWrites).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return seen;
});

stage.story("mooring status names who uses the mount", async () => {
  const { release, agent, node } = await opening();
  await stage.startConsumer({ node, name: "through-the-parent" });
  const said = `used by ${stage.namespace}/shop, ${stage.namespace}/through-the-parent`;
  await eventually(`the agent to say: ${said}`, async () => {
    const table = await release.pods.exec(nameOf(agent), "/mooring", "status");
    if (table.includes(said)) return true;
    throw new Error(table);
  });
  return {};
});

stage.story("a claim mounted after the agent started is visible in it through HostToContainer alone", async () => {
  const { agent, node } = await opening();
  const uid = (await stage.pods.get("shop")).metadata?.uid ?? "";
  const id = agent.status?.containerStatuses?.[0]?.containerID?.replace("containerd://", "") ?? "";
  const table = await stage.cluster.onNode(
    node,
    `cat "/proc/$(ctr -n k8s.io task ls | awk -v id="$1" '$1 == id {print $2}')/mountinfo"`,
    id,
  );
  const mounted = table.split("\n").map((line) => line.split(" ")[4] ?? "");
  const claim = `${uid}/volumes/kubernetes.io~local-volume/`;
  expect(mounted.some((at) => at.startsWith(`/seen/${claim}`))).toBe(true);
  expect(mounted.some((at) => at.startsWith(`/unseen/${claim}`))).toBe(false);
  return {};
});
