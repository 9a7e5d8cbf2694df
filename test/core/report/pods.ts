import type { Mount } from "../../../agent/core/config/config.ts";
import { type PodView, readPod } from "../../../agent/core/report/pod.ts";
import { mountOf } from "../../keeper/configuration.ts";

export const mountAt = (name: string, hostPath: string, source: string | null = `/volumes/${name}`): Mount =>
  mountOf({ name, source, target: `/host${hostPath}`, hostPath });
export const dumps = mountAt("dumps", "/var/lib/mooring/dumps");
export const traces = mountAt("traces", "/var/lib/mooring/traces");
export const start = Date.UTC(2026, 4, 3, 2, 0, 0);

export interface Given {
  path?: string;
  mount?: Record<string, unknown>;
  container?: Record<string, unknown>;
  pod?: Record<string, unknown>;
  annotations?: Record<string, string>;
  startedAt?: number;
  phase?: string;
}

export const podJson = ({
  path = "/var/lib/mooring",
  mount,
  container,
  pod,
  annotations,
  startedAt,
  phase,
}: Given = {}) => ({
  metadata: { uid: "u1", namespace: "apps", name: "one", annotations },
  spec: {
    volumes: [
      { name: "v", hostPath: { path } },
      { name: "other", emptyDir: {} },
    ],
    containers: [{ name: "app", volumeMounts: [{ name: "v", mountPath: "/d", ...mount }], ...container }],
    securityContext: pod,
  },
  status: {
    phase: phase ?? "Running",
    containerStatuses: [
      {
        name: "app",
        state: startedAt === undefined ? {} : { running: { startedAt: new Date(startedAt).toISOString() } },
      },
    ],
  },
});

export const podOf = (given: Given = {}): PodView => {
  const pod = readPod(podJson(given));
  if (pod === null) throw new Error("the example is no pod");
  return pod;
};
