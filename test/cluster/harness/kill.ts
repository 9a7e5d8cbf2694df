import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";
import { nodeOf } from "./release.ts";

/** Ends a pod's first container with SIGKILL, from the node: its program hears nothing. The kubelet starts it again. */
export const kill = (cluster: Cluster, pod: V1Pod): Promise<string> => {
  const [status] = pod.status?.containerStatuses ?? [];
  const id = status?.containerID?.replace("containerd://", "");
  if (!id) throw new Error(`${pod.metadata?.name} runs no container`);
  return cluster.onNode(nodeOf(pod), 'ctr -n k8s.io task kill -s SIGKILL "$1"', id);
};
