import { expect } from "bun:test";
import type { V1Pod } from "@kubernetes/client-node";
import { path } from "../../agent/kubernetes/api.ts";
import { noted, sayRequests } from "./harness/audit.ts";
import { eventually } from "./harness/eventually.ts";
import { ownMarks } from "./harness/marks.ts";
import { quiet } from "./harness/quiet.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("crowded");
const { cluster, namespace } = stage;

const PODS = 250;
const CONSUMERS = 50;
/** With its managed fields a pod of a real application is about this large. */
const BYTES = 14_000;
const podsPath = path`/api/v1/namespaces/${namespace}/pods`;
const ofTheCrowd = { labelSelector: "crowd=true" };

/** A pod that the kubelet takes and never starts: it waits for a secret that does not exist. */
const idle = (node: string, number: number): V1Pod => ({
  metadata: { name: `idle-${number}`, labels: { crowd: "true" }, annotations: { filling: "x".repeat(BYTES) } },
  spec: {
    // Past the scheduler.
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    containers: [
      {
        name: "app",
        image: process.env.CONSUMER_IMAGE ?? "",
        volumeMounts: [
          { name: "absent", mountPath: "/absent" },
          ...(number < CONSUMERS ? [{ name: "dumps", mountPath: "/dumps", mountPropagation: "HostToContainer" }] : []),
        ],
      },
    ],
    volumes: [
      { name: "absent", secret: { secretName: "absent" } },
      ...(number < CONSUMERS ? [{ name: "dumps", hostPath: { path: stage.folder } }] : []),
    ],
  },
});

/** Ten at a time. */
const crowd = async (node: string): Promise<void> => {
  const numbers = [...Array(PODS).keys()];
  const worker = async (): Promise<void> => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop())
      await cluster.create(podsPath, idle(node, number));
  };
  await Promise.all(Array.from({ length: 10 }, worker));
};

const disperse = async (): Promise<void> => {
  await cluster.ask({ verb: "delete", path: podsPath, query: { ...ofTheCrowd, gracePeriodSeconds: "0" } });
  await eventually("the crowd to be gone", async () => (await stage.pods.list("crowd=true")).length === 0);
};

stage.story(`${PODS} pods on the node, ${CONSUMERS} of them consumers: one list, one watch`, async () => {
  const [node = ""] = await cluster.workers();
  const account = { namespace, account: "mooring" };
  const kubernetes = ownMarks(stage);
  const release = await stage.install(
    stage.values({}, { kubernetes, nodeSelector: { "kubernetes.io/hostname": node } }),
  );
  const alone = await release.metric(await release.agent(), "process_resident_memory_bytes");
  // Its next life finds the crowd there.
  await release.helm(["uninstall", release.name, "--wait"]);
  await eventually("the agent to be gone", async () => (await release.agents()).length === 0);
  stage.later(disperse);
  await crowd(node);

  const from = Date.now();
  await release.apply(stage.values({}, { kubernetes, nodeSelector: { "kubernetes.io/hostname": node } }));
  const agent = await release.agent();
  expect(nodeOf(agent)).toBe(node);
  await eventually("every consumer to be counted", async () => {
    return (await release.metric(agent, 'mooring_consumers{mount="dumps"}')) === CONSUMERS;
  });
  await quiet(cluster, { ...account, from }, 15_000);
  const asked = (await noted(cluster, { ...account, from })).filter(({ pod }) => pod === nameOf(agent));
  const ofPods = asked.filter(({ resource, namespace: place }) => resource === "pods" && place === "");
  expect(sayRequests(ofPods)).toBe("1 list pods, 1 watch pods");
  const crowded = await release.metric(agent, "process_resident_memory_bytes");
  expect(crowded / 2 ** 20).toBeLessThan(96);
  await disperse();
  await eventually("nobody to be counted", async () => {
    return (await release.metric(agent, 'mooring_consumers{mount="dumps"}')) === 0;
  });
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return { also: `RSS ${mebibytes(alone)} alone, ${mebibytes(crowded)} in the crowd; ${sayRequests(asked)}` };
});
