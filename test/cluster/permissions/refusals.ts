import { type Ask, path } from "../../../agent/kubernetes/api.ts";

/** Something that an agent's token must not do. */
export interface Refusal {
  what: string;
  /** Whose token: the StatefulSet's agent, the DaemonSet's (which may patch nodes, for its startup taint), or one bound to no pod. */
  by: "statefulset" | "daemonset" | "nobody";
  ask(where: Where): Ask;
  /** A part of the API server's answer. */
  says: string;
}

export interface Where {
  node: string;
  /** Another node. */
  other: string;
  /** The agent's own. */
  pod: string;
  namespace: string;
}

const patchNode = (node: string, body: unknown): Ask => ({
  verb: "patch",
  patch: "strategic",
  path: path`/api/v1/nodes/${node}`,
  body,
});
const patchStatus = (node: string, body: unknown): Ask => {
  const ask = patchNode(node, body);
  return { ...ask, path: `${ask.path}/status` };
};
const byRole = "is forbidden";

/** `name` is the key of the stage's own label, condition and taint. */
export const refusals = (name: string): Refusal[] => [
  {
    what: "its own label on another node",
    by: "statefulset",
    ask: ({ other }) => patchStatus(other, { metadata: { labels: { [name]: "ready" } } }),
    says: "an agent may change only the node that its token is bound to",
  },
  {
    what: "its own node, by a token bound to no pod",
    by: "nobody",
    ask: ({ node }) => patchStatus(node, { metadata: { labels: { [name]: "ready" } } }),
    says: "an agent may change only the node that its token is bound to",
  },
  {
    what: "another label",
    by: "statefulset",
    ask: ({ node }) => patchStatus(node, { metadata: { labels: { "node-role.kubernetes.io/control-plane": "" } } }),
    says: "an agent may change only Mooring's label",
  },
  {
    what: "taking away another label",
    by: "daemonset",
    ask: ({ node }) => patchStatus(node, { metadata: { labels: { "kubernetes.io/os": null } } }),
    says: "an agent may change only Mooring's label",
  },
  {
    what: "another release's annotation",
    by: "statefulset",
    ask: ({ node }) => patchStatus(node, { metadata: { annotations: { "mooring.dev/another": "{}" } } }),
    says: "an agent may change only the annotation of its own release",
  },
  {
    what: "the kubelet's condition",
    by: "statefulset",
    ask: ({ node }) => patchStatus(node, { status: { conditions: [{ type: "Ready", status: "False" }] } }),
    says: "an agent may change only Mooring's condition",
  },
  {
    what: "capacity",
    by: "statefulset",
    ask: ({ node }) => patchStatus(node, { status: { capacity: { "example.com/thing": "1" } } }),
    says: "an agent may not change anything else in the status of a node",
  },
  {
    what: "a finalizer",
    by: "daemonset",
    ask: ({ node }) => patchNode(node, { metadata: { finalizers: ["example.com/held"] } }),
    says: "an agent may not change finalizers or owners of a node",
  },
  {
    what: "a taint, without the permission",
    by: "statefulset",
    ask: ({ node }) => patchNode(node, { spec: { taints: [{ key: name, effect: "NoSchedule" }] } }),
    says: byRole,
  },
  {
    what: "setting the startup taint, with the permission to remove it",
    by: "daemonset",
    ask: ({ node }) => patchNode(node, { spec: { taints: [{ key: name, effect: "NoSchedule" }] } }),
    says: "an agent may only remove the startup taint",
  },
  {
    what: "another taint",
    by: "daemonset",
    ask: ({ node }) => patchNode(node, { spec: { taints: [{ key: "example.com/full", effect: "NoExecute" }] } }),
    says: "an agent may only remove the startup taint",
  },
  {
    what: "cordoning its node",
    by: "daemonset",
    ask: ({ node }) => patchNode(node, { spec: { unschedulable: true } }),
    says: "an agent may not change anything else in the spec of a node",
  },
  {
    what: "patching its own pod",
    by: "statefulset",
    ask: ({ namespace, pod }) => ({
      verb: "patch",
      patch: "merge",
      path: path`/api/v1/namespaces/${namespace}/pods/${pod}`,
      body: { metadata: { labels: { story: "true" } } },
    }),
    says: byRole,
  },
  {
    what: "a command in a pod",
    by: "statefulset",
    ask: ({ namespace, pod }) => ({ verb: "create", path: path`/api/v1/namespaces/${namespace}/pods/${pod}/exec` }),
    says: byRole,
  },
  {
    what: "reading secrets",
    by: "statefulset",
    ask: ({ namespace }) => ({ verb: "list", path: path`/api/v1/namespaces/${namespace}/secrets` }),
    says: byRole,
  },
  {
    what: "patching a secret",
    by: "statefulset",
    ask: ({ namespace }) => ({
      verb: "patch",
      patch: "merge",
      path: path`/api/v1/namespaces/${namespace}/secrets/${"sh.helm.release.v1.first.v1"}`,
      body: { data: {} },
    }),
    says: byRole,
  },
  {
    what: "another workload of its namespace",
    by: "statefulset",
    ask: ({ namespace }) => ({
      verb: "get",
      path: path`/apis/apps/v1/namespaces/${namespace}/statefulsets/${"another"}`,
    }),
    says: byRole,
  },
  {
    what: "the nodes of the cluster",
    by: "statefulset",
    ask: () => ({ verb: "list", path: "/api/v1/nodes" }),
    says: byRole,
  },
  {
    what: "a token for itself",
    by: "statefulset",
    ask: ({ namespace }) => ({
      verb: "create",
      path: path`/api/v1/namespaces/${namespace}/serviceaccounts/${"first-mooring"}/token`,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    }),
    says: byRole,
  },
];
