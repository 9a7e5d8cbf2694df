import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";
import { nodeOf } from "./release.ts";

/** Ends a pod's first container with SIGKILL, from the node: its program hears nothing. The kubelet starts it again. */
export const kill = (cluster: Cluster, pod: V1Pod): Promise<string> =>
  cluster.onNode(nodeOf(pod), 'ctr -n k8s.io task kill -s SIGKILL "$1"', containerOf(pod));

/**
 * Takes the memory of a pod's first container until the kernel kills what it holds most against: the container's program, which is
 * offered first. Returns the kernel's own lines about it: containerd and the kubelet forget why a container ended when they are busy.
 */
export const exhaustMemory = (cluster: Cluster, pod: V1Pod, mebibytes: number): Promise<string> =>
  cluster.onNode(nodeOf(pod), takeMemory, containerOf(pod), String(mebibytes));

// tail keeps what has no end of line. The line of cgroup version 2 begins with 0.
const takeMemory = `
  pid=$(ctr -n k8s.io task ls | awk -v id="$1" '$1 == id {print $2}')
  group=$(awk -F: '$2 == "memory" {found = "/memory" $3} $1 == 0 {last = $3} END {print "/sys/fs/cgroup" (found ? found : last)}' "/proc/$pid/cgroup")
  echo 1000 >"/proc/$pid/oom_score_adj"
  bash -c 'echo $$ >"$1/cgroup.procs"; head -c "$2m" /dev/zero | tail >/dev/null' bash "$group" "$2" || true
  dmesg | grep -F "$1" | grep oom-kill:
`;

/** Unmounts a path on a node; tried again while a write is under way there. */
export const unmount = (cluster: Cluster, node: string, path: string): Promise<string> =>
  cluster.onNode(node, 'for try in $(seq 100); do umount "$1" && exit 0; sleep 0.02; done; exit 1', path);

/** The runtime's name for a pod's first container. @throws when it has none. */
export const containerOf = (pod: V1Pod): string => {
  const [status] = pod.status?.containerStatuses ?? [];
  const id = status?.containerID?.replace("containerd://", "");
  if (!id) throw new Error(`${pod.metadata?.name} runs no container`);
  return id;
};
