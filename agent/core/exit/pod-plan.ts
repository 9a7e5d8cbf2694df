import { fieldsOf, itemsOf, textOf, textsOf } from "../untrusted.ts";
import { type NodeSelector, readNodeSelector } from "./node-selector.ts";
import { readTolerations, type Toleration } from "./tolerations.ts";

/** What a pod's spec says about where it runs and what it mounts: of a pod, or of a workload's template. */
export interface PodPlan {
  nodeName: string | null;
  nodeSelector: Readonly<Record<string, string>>;
  /** Required node affinity; null when there is none. */
  affinity: NodeSelector | null;
  tolerations: readonly Toleration[];
  volumes: ReadonlyMap<string, PodVolume>;
  mounts: readonly { volume: string; path: string; bidirectional: boolean }[];
}

/** What a volume is, as far as it matters for the next pod. */
export type PodVolume =
  | { kind: "claim"; claim: string }
  | { kind: "hostPath"; path: string }
  /** Made for this pod and gone with it. */
  | { kind: "own" }
  /** A file server named in the pod itself; `text` is what it says. */
  | { kind: "shared"; text: string };

export const readPodPlan = (raw: unknown): PodPlan => {
  const spec = fieldsOf(raw);
  const { nodeAffinity } = fieldsOf(spec.affinity);
  const required = fieldsOf(nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  return {
    nodeName: textOf(spec.nodeName),
    nodeSelector: textsOf(spec.nodeSelector),
    affinity: readNodeSelector(required),
    tolerations: readTolerations(spec.tolerations),
    volumes: new Map(itemsOf(spec.volumes).map((each) => [textOf(fieldsOf(each).name) ?? "", readVolume(each)])),
    mounts: itemsOf(spec.containers).flatMap((container) =>
      itemsOf(fieldsOf(container).volumeMounts).map((each) => {
        const { name, mountPath, mountPropagation } = fieldsOf(each);
        return {
          volume: textOf(name) ?? "",
          path: (textOf(mountPath) ?? "").replace(/\/+$/, ""),
          bidirectional: mountPropagation === "Bidirectional",
        };
      }),
    ),
  };
};

const sharedKinds = ["nfs", "cephfs", "glusterfs", "azureFile", "iscsi", "rbd", "fc"] as const;

const readVolume = (raw: unknown): PodVolume => {
  const volume = fieldsOf(raw);
  const claim = textOf(fieldsOf(volume.persistentVolumeClaim).claimName);
  if (claim !== null) return { kind: "claim", claim };
  const path = textOf(fieldsOf(volume.hostPath).path);
  if (path !== null) return { kind: "hostPath", path };
  const shared = sharedKinds.find((kind) => volume[kind] !== undefined);
  return shared === undefined
    ? { kind: "own" }
    : { kind: "shared", text: `${shared} ${JSON.stringify(volume[shared])}` };
};

/** The volume behind a path inside the container, or null when the path is the image's own. */
export const volumeBehind = (
  { mounts, volumes }: PodPlan,
  path: string,
): { name: string; volume: PodVolume | null } | null => {
  const over = innermost(mounts, path);
  return over === null ? null : { name: over.volume, volume: volumes.get(over.volume) ?? null };
};

/** Where on the node a mount that is made at a path inside the container appears, or null when it stays in the container. */
export const nodePathOf = ({ mounts, volumes }: PodPlan, path: string): string | null => {
  const over = innermost(
    mounts.filter(({ bidirectional }) => bidirectional),
    path,
  );
  const volume = over === null ? null : volumes.get(over.volume);
  return over === null || volume?.kind !== "hostPath"
    ? null
    : `${volume.path.replace(/\/+$/, "")}${path.slice(over.path.length)}`;
};

const innermost = (mounts: PodPlan["mounts"], path: string): PodPlan["mounts"][number] | null =>
  mounts
    .filter((mount) => path === mount.path || path.startsWith(`${mount.path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)[0] ?? null;
