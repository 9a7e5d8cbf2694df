import { keysOf } from "../../../agent/core/report/marks.ts";
import { type NodeView, readNode } from "../../../agent/core/report/node-view.ts";

export const keys = keysOf({ instance: "storage-m", label: "volume-mounts", condition: "VolumeMountsReady" });
export const author = { pod: "storage/m-0", uid: "agent-uid" };

export interface NodeParts {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  taints?: unknown[];
  conditions?: unknown[];
  name?: string;
}

/** A node as the API server gives it. */
export const nodeJson = ({
  labels = {},
  annotations = {},
  taints,
  conditions = [],
  name = "worker-1",
}: NodeParts = {}) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    uid: `uid-of-${name}`,
    resourceVersion: "7",
    labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", ...labels },
    annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true", ...annotations },
  },
  spec: { podCIDR: "10.244.1.0/24", ...(taints === undefined ? {} : { taints }) },
  status: {
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "" }, ...conditions],
    images: [{ names: ["a"], sizeBytes: 1 }],
  },
});

export const nodeView = (parts: NodeParts = {}): NodeView => {
  const view = readNode(nodeJson(parts), keys.condition);
  if (view === null) throw new Error("the example is no node");
  return view;
};
