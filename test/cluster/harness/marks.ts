import { type NodeView, readNode } from "../../../agent/core/report/node-view.ts";
import { path } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";
import type { Values } from "./release.ts";
import type { Stage } from "./stage.ts";

/** Label and condition of a stage's own: those of the default belong to one release of a node, and stories share nodes. */
export const ownMarks = ({ namespace }: Stage): Values => ({ label: namespace, condition: namespace });

/** A node with what a release has written on it; `condition` is the condition's type. */
export const nodeWith = async (cluster: Cluster, node: string, condition: string): Promise<NodeView> => {
  const view = readNode(await cluster.get(path`/api/v1/nodes/${node}`), condition);
  if (view === null) throw new Error(`${node} is no node`);
  return view;
};

/** Every mark of a stage with marks of its own that a node bears: none once its agents were removed. */
export const marksOn = async ({ cluster, namespace }: Stage, node: string): Promise<string[]> => {
  const { labels, annotations, taints, condition } = await nodeWith(cluster, node, namespace);
  return [
    ...Object.entries(labels).flatMap(([key, value]) => (key === namespace ? [`label ${key}=${value}`] : [])),
    ...Object.keys(annotations).flatMap((key) => (key.startsWith(`mooring.dev/${namespace}-`) ? [key] : [])),
    ...taints.flatMap(({ key, effect }) => (key.startsWith(`${namespace}.`) ? [`taint ${key}:${effect}`] : [])),
    ...(condition === null ? [] : [`condition ${condition.status}/${condition.reason}`]),
  ];
};
