import type { ExitFacts } from "../../../agent/core/exit/decide.ts";
import { readWorkload } from "../../../agent/core/exit/workload.ts";
import { daemon, found, mounted, must, pod, type Spec, shared, workloadOf } from "./examples.ts";

/** Before and after `traces` came, one level above `team/dumps`: the directory of the node that the pod is given moves up. */
const deep = { ...shared, parent: "/var/lib/mooring/team" };
const wide = { ...shared, others: { traces: { hostPath: { path: "/srv/traces" } } } };

const rollout = (from: Spec, to: Spec): ExitFacts =>
  daemon({
    ...pod("DaemonSet", from),
    workload: workloadOf(to),
    mounts: [mounted("dumps", { target: "/host/var/lib/mooring/team/dumps" })],
  });

/** A pod is deleted whose DaemonSet makes another one here: does that one take the mounts over? */
export const successors: [string, ExitFacts, "keep" | "release", string][] = [
  [
    "ephemeral volumes go with the pod",
    daemon({
      ...pod("DaemonSet", { source: { ephemeral: {} } }),
      workload: workloadOf({ source: { ephemeral: {} } }),
    }),
    "release",
    "goes with the pod",
  ],
  [
    "emptyDir goes with the pod",
    daemon({ ...pod("DaemonSet", { source: { emptyDir: {} } }) }),
    "release",
    "goes with the pod",
  ],
  [
    "the rollout brings another directory",
    daemon({ workload: workloadOf({ source: { hostPath: { path: "/new" } } }) }),
    "release",
    "another volume at /volumes/dumps",
  ],
  [
    "the rollout brings another host path",
    daemon({ workload: workloadOf({ ...shared, parent: "/elsewhere/x" }) }),
    "release",
    "does not have /var/lib/mooring/dumps of the node at /host/var/lib/mooring/dumps",
  ],
  [
    "the rollout brings another host path at the same target",
    daemon({ workload: workloadOf({ ...shared, parent: "/elsewhere", inside: "/host/var/lib/mooring" }) }),
    "release",
    "does not have /var/lib/mooring/dumps of the node",
  ],
  ["a mount that was added one level up", rollout(deep, wide), "keep", "with the same volumes"],
  ["a mount that was taken away one level up", rollout(wide, deep), "keep", "with the same volumes"],
  [
    "a mount that was added, told before the pod has its volume",
    daemon({ mounts: [mounted("dumps"), mounted("traces", { attached: false })], workload: workloadOf(wide) }),
    "keep",
    "with the same volumes",
  ],
  [
    "a mount of the image's own files, which go with the container",
    daemon({ mounts: [mounted("dumps", { source: "/nowhere" })] }),
    "release",
    "/nowhere is no volume of the pod",
  ],
  [
    "the next pod has nothing at the source",
    daemon({ workload: found({ ...must(readWorkload({ metadata: { uid: "owner-uid" }, spec: {} })) }) }),
    "release",
    "another volume",
  ],
];
