import type { V1PersistentVolumeSpec } from "@kubernetes/client-node";
import { path } from "../../../agent/kubernetes/api.ts";
import { nameOf } from "./release.ts";
import type { Stage } from "./stage.ts";

const claimsPath = ({ namespace }: Stage): string => path`/api/v1/namespaces/${namespace}/persistentvolumeclaims`;

/** The names of a stage's claims, sorted. */
export const claimsOf = async (stage: Stage): Promise<string[]> => {
  const { items } = await stage.cluster.get<{ items: object[] }>(claimsPath(stage));
  return items.map(nameOf).sort();
};

/** A claim. With nothing more said, the cluster's default class makes a volume for it as soon as a pod uses it. */
export const makeClaim = async (stage: Stage, name: string, more: object = {}): Promise<void> => {
  await stage.cluster.create(claimsPath(stage), {
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } }, ...more },
  });
};

/** A claim and a volume made by hand that only it may bind. Resolves to the claim's name. */
export const staticClaim = async (
  stage: Stage,
  name: string,
  volume: Partial<V1PersistentVolumeSpec>,
): Promise<string> => {
  const { cluster, namespace } = stage;
  const volumeName = `${namespace}-${name}`;
  await cluster.create("/api/v1/persistentvolumes", {
    metadata: { name: volumeName },
    spec: {
      capacity: { storage: "64Mi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace, name },
      ...volume,
    },
  });
  // Kubernetes keeps it for as long as it is claimed.
  stage.later(() => cluster.remove(path`/api/v1/persistentvolumes/${volumeName}`));
  await makeClaim(stage, name, { storageClassName: "", volumeName });
  return name;
};

/**
 * A claim on a volume that any node may use: a directory of whichever node mounts it. What a network volume is to the scheduler. It
 * goes with the stage's folder.
 */
export const movableClaim = (stage: Stage, name: string): Promise<string> =>
  staticClaim(stage, name, { hostPath: { path: `${stage.folder}/volumes/${name}`, type: "DirectoryOrCreate" } });
