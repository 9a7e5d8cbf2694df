import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Directory } from "../../agent/core/config/config.ts";
import { type Kubernetes, startKubernetes } from "../../agent/kubernetes/start.ts";
import { configFrom } from "../core/config/read.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { type Scene, scene, until } from "./scene.ts";

export const config = (more = "") =>
  configFrom(
    `mounts: [{name: dumps, source: /volumes/dumps, target: /host/var/m/dumps, hostPath: /var/m/dumps}]
kubernetes: {instance: storage-m, namespace: storage, nodeName: worker-1, podName: m-0${more}}`,
  );
export const podPath = "/api/v1/namespaces/storage/pods/m-0";
export const ownPod = (change: Record<string, unknown> = {}) => ({
  metadata: { uid: "agent-uid", name: "m-0", namespace: "storage", ...change },
  spec: { terminationGracePeriodSeconds: 77 },
});

export const started = async (it: Scene = scene(), more = "") => {
  const folder = mkdtempSync(join(tmpdir(), "mooring-kubeconfig-"));
  it.later(() => rmSync(folder, { recursive: true }));
  const kubeconfig = join(folder, "config");
  writeFileSync(kubeconfig, kubeconfigOf(it.cluster.url));
  const requested: Directory[][] = [];
  const kubernetes = await startKubernetes({
    config: config(more),
    environment: { KUBECONFIG: kubeconfig, POD_NAMESPACE: "storage", POD_UID: "agent-uid" },
    status: () => it.status,
    tell: it.tell,
    onDirectories: (by) => void requested.push([...(by.get("dumps") ?? [])]),
  });
  let over = false;
  const end = async (comesBack: boolean) => {
    if (over) return;
    over = true;
    await kubernetes.end(comesBack, 1000);
  };
  it.later(() => end(true));
  return { it, kubernetes, requested, end };
};
export const labels = ({ cluster }: Scene) => (cluster.node.metadata as { labels: Record<string, string> }).labels;
export const isKnown = (kubernetes: Kubernetes) => until(() => kubernetes.graceMs() === 77_000);
