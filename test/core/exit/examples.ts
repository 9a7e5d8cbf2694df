import type { Answer, ExitFacts } from "../../../agent/core/exit/decide.ts";
import { type NodeSelector, readNodeSelector } from "../../../agent/core/exit/node-selector.ts";
import type { MadeMount } from "../../../agent/core/exit/successor.ts";
import { type OwnPod, readOwnPod, readWorkload, type Workload } from "../../../agent/core/exit/workload.ts";
import { type NodeParts, nodeView } from "../report/examples.ts";

export const silent = { kind: "silent", why: "no answer in time" } as const;
export const missing = { kind: "missing" } as const;
export const denied = { kind: "denied" } as const;
export const found = <T>(value: T): Answer<T> => ({ kind: "found", value });

export interface Spec {
  source?: unknown;
  parent?: string;
  /** Where the container has it. */
  inside?: string;
  /** Volumes beside that of dumps. */
  others?: Readonly<Record<string, object>>;
  [key: string]: unknown;
}

/** What the chart's pod says: a volume for the source, a Bidirectional directory of the node for the target. */
export const podSpec = ({
  source = { persistentVolumeClaim: { claimName: "c" } },
  parent = "/var/lib/mooring",
  inside = `/host${parent}`,
  others = {},
  ...rest
}: Spec = {}) => ({
  volumes: [
    { name: "config", configMap: { name: "x" } },
    { name: "parent-0", hostPath: { path: parent } },
    { name: "volume-dumps", ...(source as object) },
    ...Object.entries(others).map(([name, volume]) => ({ name: `volume-${name}`, ...volume })),
  ],
  containers: [
    {
      name: "mooring",
      volumeMounts: [
        { name: "parent-0", mountPath: inside, mountPropagation: "Bidirectional" },
        ...["dumps", ...Object.keys(others)].map((name) => ({
          name: `volume-${name}`,
          mountPath: `/volumes/${name}`,
          mountPropagation: "HostToContainer",
        })),
      ],
    },
  ],
  terminationGracePeriodSeconds: 120,
  ...rest,
});

export const must = <T>(value: T | null): T => {
  if (value === null) throw new Error("the example cannot be read");
  return value;
};

export const podOf = (kind: string | null, change: Record<string, unknown> = {}, spec: Spec = {}): OwnPod =>
  must(
    readOwnPod({
      metadata: {
        uid: "pod-uid",
        name: "m-0",
        namespace: "storage",
        ...(kind === null
          ? {}
          : {
              ownerReferences: [
                { kind: "Node", uid: "x" },
                { kind, name: "m", uid: "owner-uid", controller: true },
              ],
            }),
        ...change,
      },
      spec: podSpec(spec),
    }),
  );
export const deleting = { deletionTimestamp: "2026-05-03T02:01:00Z" };

export const workloadOf = (
  spec: Spec = {},
  change: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Answer<Workload> =>
  found(
    must(
      readWorkload({ metadata: { uid: "owner-uid", ...change }, spec: { template: { spec: podSpec(spec) }, ...more } }),
    ),
  );

/** What the chart's configuration says of a mount. */
export const mounted = (name: string, change: Partial<MadeMount> = {}): MadeMount => ({
  source: `/volumes/${name}`,
  target: `/host/var/lib/mooring/${name}`,
  attached: true,
  ...change,
});

export const shared = { source: { hostPath: { path: "/srv" } } };
export const local = { "kubernetes.io/hostname": "worker-1" };
export const node = (parts: NodeParts = {}) => found(nodeView(parts));
export const tied: Answer<NodeSelector | null> = found(
  readNodeSelector({
    nodeSelectorTerms: [
      { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["worker-1"] }] },
    ],
  }),
);

export const daemon = (change: Partial<ExitFacts> = {}): ExitFacts => ({
  exit: "auto",
  pinned: "auto",
  mounts: [mounted("dumps")],
  self: podOf("DaemonSet", {}, shared),
  pod: found(podOf("DaemonSet", deleting, shared)),
  workload: workloadOf(shared),
  node: node(),
  volumes: new Map(),
  ...change,
});
export const stateful = (change: Partial<ExitFacts> = {}): ExitFacts => ({
  ...daemon(),
  self: podOf("StatefulSet"),
  pod: found(podOf("StatefulSet", deleting)),
  workload: workloadOf({}, {}, { replicas: 1 }),
  ...change,
});
/** The agent's pod as it was known, and as it is found while it is being deleted. */
export const pod = (kind: string, spec: Spec, change: Record<string, unknown> = {}) => ({
  self: podOf(kind, change, spec),
  pod: found(podOf(kind, { ...change, ...deleting }, spec)),
});
export const withVolume = (affinity: Answer<NodeSelector | null>) => ({ volumes: new Map([["c", affinity]]) });
