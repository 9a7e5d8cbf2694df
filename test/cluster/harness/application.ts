import type { V1Deployment } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";
import { Consumer, writerCommand } from "./consumer.ts";
import { eventually } from "./eventually.ts";
import { Pods } from "./pods.ts";
import { nameOf, nodeOf } from "./release.ts";
import { run } from "./run.ts";

/** `kubectl apply`, as people do with what they copy. */
export const apply = (namespace: string, objects: readonly unknown[]): Promise<string> =>
  run(
    ["kubectl", "-n", namespace, "apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  );

/** Deletes a Deployment and waits until its pods are gone. */
export const remove = (namespace: string, deployment: string): Promise<string> =>
  run(["kubectl", "-n", namespace, "delete", "deployment", deployment, "--cascade=foreground"]);

/** Whether an object of a snippet is the application itself. */
export const isDeployment = (object: { kind?: string }): object is V1Deployment => object.kind === "Deployment";

/** What makes a container the stories' writer. */
export const writerContainer = (file: string): { image: string; command: string[] } => ({
  image: process.env.CONSUMER_IMAGE ?? "",
  command: writerCommand({ file }),
});

/** The same Deployment with the stories' writer as its container `app`, writing to a file as that container names it. */
export const asWriter = (deployment: V1Deployment, file: string): V1Deployment => {
  const copy = structuredClone(deployment);
  const app = copy.spec?.template.spec?.containers.find(({ name }) => name === "app");
  if (app === undefined) throw new Error(`Deployment ${copy.metadata?.name} has no container app`);
  Object.assign(app, writerContainer(file));
  return copy;
};

/** The one pod of a Deployment, as a consumer: waits until it writes. `file` is the name of its file on the node. */
export const writerOf = async (
  cluster: Cluster,
  { namespace, deployment, file }: { namespace: string; deployment: string; file: string },
): Promise<Consumer & { node: string }> => {
  const pods = new Pods(cluster, namespace);
  const pod = await eventually(`a pod of Deployment ${deployment} to be scheduled`, async () => {
    const [first] = await pods.list(`app=${deployment}`);
    return first !== undefined && nodeOf(first) ? first : false;
  });
  const node = nodeOf(pod);
  const consumer = new Consumer(cluster, pods, { name: nameOf(pod), node, volumePath: "", file });
  await consumer.started();
  return Object.assign(consumer, { node });
};
