import { expect } from "bun:test";
import type { V1PodSpec } from "@kubernetes/client-node";
import { parse } from "yaml";
import { apply, asWriter, isDeployment, remove, writerContainer, writerOf } from "./harness/application.ts";
import { eventually } from "./harness/eventually.ts";
import { ownMarks } from "./harness/marks.ts";
import { unmount } from "./harness/node-actions.ts";
import { nodeOf } from "./harness/release.ts";
import { snippet } from "./harness/snippet.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("consumers");
const mooring = stage.once(() => stage.install(stage.values({}, { kubernetes: ownMarks(stage) })));

const deploymentOf = (name: string) => {
  const exchanged = { "/var/lib/mooring": stage.folder, "volume-mounts": stage.namespace };
  const deployment = snippet<{ kind?: string }>(name, exchanged).find(isDeployment);
  if (deployment === undefined) throw new Error(`snippet ${name} has no Deployment`);
  return deployment;
};

const startOf = (deployment: string, file: string) =>
  writerOf(stage.cluster, { namespace: stage.namespace, deployment, file });

const loseMount = async (node: string): Promise<void> => {
  await unmount(stage.cluster, node, stage.hostPath());
  await eventually(
    "the mount to be back",
    async () => (await stage.cluster.mounts(node, stage.hostPath())).length === 1,
  );
};

stage.story("docs, the directory above: waits for the agent, sees the volume come back", async () => {
  const file = `${stage.hostPath()}/app/records`;
  await apply(stage.namespace, [asWriter(deploymentOf("above"), file)]);
  await mooring();
  const consumer = await startOf("app", file);
  expect(await stage.cluster.onNode(consumer.node, 'stat -c "%u %g %a" "$1"', `${stage.hostPath()}/app`)).toBe(
    "1000 1000 770",
  );
  expect(await stage.pods.logs(consumer.name, "-c", "wait-for-volume")).toContain("ready, volume ");
  const { failed } = await consumer.writes();
  expect(failed).toBe(0);

  const seen = await consumer.during(() => loseMount(consumer.node));
  expect(await consumer.lost()).toBe(0);
  await remove(stage.namespace, "app");
  return seen;
});

stage.story("docs, a directory below: starts when it is there, keeps its volume over an unmount", async () => {
  const file = `${stage.hostPath()}/bank/records`;
  await apply(stage.namespace, [asWriter(deploymentOf("below"), "/dumps/records")]);
  await mooring();
  const consumer = await startOf("bank", file);
  expect(await stage.cluster.onNode(consumer.node, 'stat -c "%u %g %a" "$1"', `${stage.hostPath()}/bank`)).toBe(
    "1001 1001 770",
  );

  const seen = await consumer.during(() => loseMount(consumer.node));
  const { failed } = await consumer.report();
  expect(failed).toBe(0);
  expect(await consumer.lost()).toBe(0);
  await remove(stage.namespace, "bank");
  return seen;
});

stage.story("notes: what helm install prints for consumers starts and writes", async () => {
  const release = await mooring();
  const notes = await release.helm(["get", "notes", release.name]);
  const block = /^Use it: .*\n((?: .*\n)+)/m.exec(notes)?.[1] ?? "";
  const { spec } = parse(block) as { spec: V1PodSpec };
  const file = `${stage.hostPath()}/noted`;
  for (const container of spec.containers) Object.assign(container, writerContainer(file));
  await stage.pods.create({ metadata: { name: "noted" }, spec });
  const { spec: placed } = await eventually("the pod to be scheduled", async () => {
    const pod = await stage.pods.get("noted");
    return nodeOf(pod) ? pod : false;
  });
  const consumer = stage.consumer({ name: "noted", node: placed?.nodeName ?? "", file });
  await consumer.started();
  const { failed } = await consumer.writes();
  expect(failed).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return { failedWrites: failed };
});
