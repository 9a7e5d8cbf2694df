import type { ExitFacts } from "../../../agent/core/exit/decide.ts";
import {
  daemon,
  deleting,
  denied,
  found,
  local,
  missing,
  node,
  pod,
  podOf,
  shared,
  silent,
  stateful,
  tied,
  withVolume,
  workloadOf,
} from "./examples.ts";

/** What an agent knows when it ends, and what it does: keep or release, and why. */
export const cases: [string, ExitFacts, "keep" | "release", string][] = [
  // Am I being removed?
  ["container restart", daemon({ pod: found(podOf("DaemonSet")) }), "keep", "only its container ends"],
  [
    "container restart, nothing known before",
    daemon({ self: null, pod: found(podOf("DaemonSet")) }),
    "keep",
    "only its container ends",
  ],
  ["API silent", daemon({ pod: silent }), "keep", "nobody can tell"],
  ["uninstalled without the hook: 401", daemon({ pod: denied }), "release", "permissions are gone"],
  ["never allowed to ask", daemon({ self: null, pod: denied }), "keep", "never told"],
  ["404 for a pod that was never seen", daemon({ self: null, pod: missing }), "keep", "never told"],
  ["force deleted, gone", daemon({ pod: missing }), "keep", "makes another pod on this node"],
  [
    "force deleted, the successor has the name",
    stateful({ pod: found(podOf("StatefulSet", { uid: "next" })) }),
    "release",
    "another node",
  ],
  [
    "the successor has the name and is deleted too",
    stateful({ pod: found(podOf("StatefulSet", { uid: "next", ...deleting })) }),
    "release",
    "another node",
  ],
  ["deleted, never seen before", daemon({ self: null }), "keep", "makes another pod"],
  // What becomes of the workload?
  [
    "no owner",
    daemon({ self: podOf(null), pod: found(podOf(null, deleting)) }),
    "release",
    "nothing makes another one",
  ],
  [
    "a Deployment's pod",
    daemon({ self: podOf("ReplicaSet"), pod: found(podOf("ReplicaSet", deleting)), workload: null }),
    "release",
    "not certain",
  ],
  ["workload deleted in the background", daemon({ workload: missing }), "release", "DaemonSet m is deleted"],
  [
    "workload deleted in the foreground",
    daemon({ workload: workloadOf(shared, deleting) }),
    "release",
    "is being deleted",
  ],
  [
    "workload made anew under its name",
    daemon({ workload: workloadOf(shared, { uid: "new" }) }),
    "release",
    "is deleted",
  ],
  ["workload silent", daemon({ workload: silent }), "keep", "nobody can tell what becomes"],
  ["workload denied", daemon({ workload: denied }), "release", "permissions are gone"],
  // The node
  ["node deleted", daemon({ node: missing }), "release", "the node is deleted"],
  ["node silent", daemon({ node: silent }), "keep", "nobody can tell about the node"],
  ["node denied", daemon({ node: denied }), "keep", "denied"],
  // DaemonSet
  ["rollout of a DaemonSet on a directory of the node", daemon(), "keep", "with the same volumes"],
  [
    "rollout of a DaemonSet on a shared claim",
    daemon({ self: podOf("DaemonSet"), pod: found(podOf("DaemonSet", deleting)), workload: workloadOf() }),
    "keep",
    "with the same volumes",
  ],
  [
    "rollout of a DaemonSet on a file server",
    daemon({
      ...pod("DaemonSet", { source: { nfs: { server: "s" } } }),
      workload: workloadOf({ source: { nfs: { server: "s" } } }),
    }),
    "keep",
    "with the same volumes",
  ],
  [
    "node deselected",
    daemon({ workload: workloadOf({ ...shared, nodeSelector: { pool: "x" } }) }),
    "release",
    "does not select this node any more: the node lacks the label pool=x",
  ],
  [
    "drained: a DaemonSet stays on a cordoned node",
    daemon({ node: node({ taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] }) }),
    "keep",
    "makes another pod",
  ],
  ["only watched mounts", daemon({ mounts: [] }), "keep", "makes another pod"],
  // StatefulSet
  ["rollout, not pinned", stateful(), "release", "may put the next pod on another node"],
  [
    "rollout, pinned by hostname",
    stateful({ workload: workloadOf({ nodeSelector: local }) }),
    "keep",
    "pinned to this node",
  ],
  ["rollout, tied by its volume", stateful(withVolume(tied)), "keep", "volume of claim c is tied to this node"],
  ["rollout, volume without affinity", stateful(withVolume(found(null))), "release", "another node"],
  ["rollout, volume unknown", stateful(withVolume(silent)), "keep", "nobody can tell where claim c may go"],
  ["rollout, volume denied", stateful(withVolume(denied)), "release", "another node"],
  ["rollout, claim gone", stateful(withVolume(missing)), "release", "another node"],
  [
    "scaled to 0",
    stateful({ ...withVolume(tied), workload: workloadOf({}, {}, { replicas: 0 }) }),
    "release",
    "wants no pod 0",
  ],
  ["replicas by default", stateful({ ...withVolume(tied), workload: workloadOf() }), "keep", "tied"],
  [
    "ordinals that start later",
    stateful({ ...withVolume(tied), workload: workloadOf({}, {}, { replicas: 1, ordinals: { start: 5 } }) }),
    "release",
    "wants no pod 0",
  ],
  [
    "a pod without an ordinal",
    stateful({ ...pod("StatefulSet", {}, { name: "m" }), workload: workloadOf({ nodeSelector: local }) }),
    "release",
    "has no ordinal",
  ],
  ["the configuration says pinned", stateful({ pinned: true }), "keep", "the configuration says"],
  [
    "the configuration says not pinned",
    stateful({ ...withVolume(tied), pinned: false }),
    "release",
    "the configuration says",
  ],
  [
    "pinned and scaled to 0",
    stateful({ pinned: true, workload: workloadOf({}, {}, { replicas: 0 }) }),
    "release",
    "wants no pod 0",
  ],
  [
    "a claim of a template",
    stateful({
      ...withVolume(tied),
      ...pod("StatefulSet", { source: { persistentVolumeClaim: { claimName: "volume-dumps-m-0" } } }),
      workload: workloadOf(
        { source: { persistentVolumeClaim: { claimName: "ignored" } } },
        {},
        { volumeClaimTemplates: [{ metadata: { name: "volume-dumps" } }] },
      ),
      volumes: new Map([["volume-dumps-m-0", tied]]),
    }),
    "keep",
    "tied to this node",
  ],
  // What the configuration says
  [
    "exit: keep, although removed",
    daemon({ exit: "keep", workload: missing }),
    "keep",
    "the configuration says exit: keep",
  ],
  [
    "exit: release, although it comes back",
    daemon({ exit: "release" }),
    "release",
    "the configuration says exit: release",
  ],
];
