import type { V1Pod, V1Volume, V1VolumeMount } from "@kubernetes/client-node";

/** The records that a dump has; it is whole when the last line says so. */
export const dumpRecords = 50;

/** The pod of an application that writes a dump of five seconds when it is told to end, and says whether it could. */
export const dumpingPod = ({
  name,
  node,
  file,
  volume,
}: {
  name: string;
  node: string;
  file: string;
  volume: string;
}): V1Pod => {
  const volumes: V1Volume[] = [{ name: "mooring", hostPath: { path: volume } }];
  const volumeMounts: V1VolumeMount[] = [{ name: "mooring", mountPath: volume, mountPropagation: "HostToContainer" }];
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      nodeSelector: { "kubernetes.io/hostname": node },
      terminationGracePeriodSeconds: 60,
      automountServiceAccountToken: false,
      containers: [
        { name: "app", image: process.env.CONSUMER_IMAGE ?? "", command: ["sh", "-c", dump, "sh", file], volumeMounts },
      ],
      volumes,
    },
  };
};

/** `set -e`: a record that cannot be written ends the dump, and the last line is missing. */
const dump = `
  dump() {
    set -e
    for record in $(seq ${dumpRecords}); do
      echo "$record" >>"$1"
      usleep 100000
    done
    echo whole >>"$1"
    exit 0
  }
  trap 'dump "$1"' TERM
  while :; do
    sleep 3600 &
    wait
  done
`;

/** A whole dump, as it is in its file. */
export const wholeDump = `${Array.from({ length: dumpRecords }, (_, at) => at + 1).join("\n")}\nwhole`;
