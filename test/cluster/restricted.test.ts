import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { messageOf } from "../kernel/harness/until.ts";
import { apply, asWriter, isDeployment, remove, writerOf } from "./harness/application.ts";
import { consumerPod } from "./harness/consumer.ts";
import { eventually } from "./harness/eventually.ts";
import { ownMarks } from "./harness/marks.ts";
import { unmount } from "./harness/node-actions.ts";
import { Pods } from "./harness/pods.ts";
import type { Values } from "./harness/release.ts";
import { snippet } from "./harness/snippet.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("restricted");
const namespace = `${stage.namespace}-tills`;

const makeNamespace = stage.once(async () => {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted", "mooring-e2e": stage.name };
  await stage.cluster.create("/api/v1/namespaces", { metadata: { name: namespace, labels } });
  stage.later(() => stage.cluster.remove(path`/api/v1/namespaces/${namespace}`));
  await eventually("the namespace's service account", () =>
    stage.cluster.get(path`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  );
});

stage.story("hostPath is refused there", async () => {
  await makeNamespace();
  const pods = new Pods(stage.cluster, namespace);
  const file = `${stage.hostPath()}/records`;
  const [node = ""] = await stage.cluster.workers();
  const pod = consumerPod({ name: "host", node, volumePath: stage.folder, file });
  expect(await messageOf(pods.create(pod))).toMatch(
    /violates PodSecurity "restricted:latest".*restricted volume type "hostPath"/,
  );
});

stage.story(
  "docs, a claim on a local volume: waits for the agent, writes, keeps its volume over an unmount",
  async () => {
    await makeNamespace();
    const [consumers] = snippet<Values>("local-volume-values", { "namespace: tills": `namespace: ${namespace}` });
    const objects = snippet<{ kind?: string }>("local-volume", { "mooring-mooring": `${stage.namespace}-mooring` });
    await apply(
      namespace,
      objects.map((each) => (isDeployment(each) ? asWriter(each, "/dumps/records") : each)),
    );
    const release = await stage.install(stage.values({}, { ...consumers, kubernetes: ownMarks(stage) }));

    const file = `${stage.hostPath()}/till/records`;
    const consumer = await writerOf(stage.cluster, { namespace, deployment: "till", file });
    expect(await stage.cluster.onNode(consumer.node, 'stat -c "%u %g %a" "$1"', `${stage.hostPath()}/till`)).toBe(
      "1002 1002 770",
    );

    const { mounts } = await release.status(await release.agent());
    expect(mounts[0]?.consumers).toEqual([`${namespace}/${consumer.name}`]);

    const seen = await consumer.during(async () => {
      await unmount(stage.cluster, consumer.node, stage.hostPath());
      await eventually(
        "the mount to be back",
        async () => (await stage.cluster.mounts(consumer.node, stage.hostPath())).length === 1,
      );
    });
    const { failed } = await consumer.report();
    expect(failed).toBe(0);
    expect(await consumer.lost()).toBe(0);
    await remove(namespace, "till");
    return seen;
  },
);
