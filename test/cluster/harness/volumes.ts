import { path } from "../../../agent/kubernetes/api.ts";
import type { Stage } from "./stage.ts";

/**
 * A claim on a volume that any node may use, made by hand: a directory of whichever node mounts it. What a network volume is to the
 * scheduler. Resolves to the claim's name.
 */
export const movableClaim = async (stage: Stage, name: string): Promise<string> => {
  const { cluster, namespace, folder } = stage;
  const volume = `${namespace}-${name}`;
  const capacity = { storage: "64Mi" };
  await cluster.create("/api/v1/persistentvolumes", {
    metadata: { name: volume },
    spec: {
      capacity,
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace, name },
      // Goes with the stage's folder.
      hostPath: { path: `${folder}/volumes/${name}`, type: "DirectoryOrCreate" },
    },
  });
  // Kubernetes keeps it for as long as it is claimed.
  stage.later(() => cluster.remove(path`/api/v1/persistentvolumes/${volume}`));
  await cluster.create(path`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      volumeName: volume,
      resources: { requests: capacity },
    },
  });
  return name;
};
