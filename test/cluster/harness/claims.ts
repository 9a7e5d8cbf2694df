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

/** A claim; without a volume of its own, the cluster's default class makes one when a pod uses it. */
export const makeClaim = async (stage: Stage, name: string, volume: object = {}): Promise<void> => {
  await stage.cluster.create(claimsPath(stage), {
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "64Mi" } }, ...volume },
  });
};

/** A volume made by hand and the only claim that may bind it. The volume has the name of the stage's namespace. */
export const makeStaticVolume = async (
  stage: Stage,
  claim: string,
  volume: Partial<V1PersistentVolumeSpec>,
): Promise<void> => {
  const { cluster, namespace } = stage;
  await cluster.create("/api/v1/persistentvolumes", {
    metadata: { name: namespace },
    spec: {
      capacity: { storage: "64Mi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      claimRef: { namespace, name: claim },
      ...volume,
    },
  });
  stage.later(() => cluster.remove(path`/api/v1/persistentvolumes/${namespace}`));
  await makeClaim(stage, claim, { storageClassName: "", volumeName: namespace });
};
