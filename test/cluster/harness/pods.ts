import type { V1Pod } from "@kubernetes/client-node";
import { path } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { run } from "./run.ts";

/** The pods of one namespace. */
export class Pods {
  readonly #cluster: Cluster;
  readonly namespace: string;

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.namespace = namespace;
  }

  /** Makes a pod and does not wait for anything. */
  async create(pod: V1Pod): Promise<void> {
    await this.#cluster.create(path`/api/v1/namespaces/${this.namespace}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: pod.metadata,
      spec: pod.spec,
    });
  }

  get(name: string): Promise<V1Pod> {
    return this.#cluster.get(this.#path(name));
  }

  /** Those that a label selector finds; all without one. */
  async list(labelSelector = ""): Promise<V1Pod[]> {
    const found = await this.#cluster.get<{ items: V1Pod[] }>(
      path`/api/v1/namespaces/${this.namespace}/pods`,
      labelSelector ? { labelSelector } : undefined,
    );
    return found.items;
  }

  /** Waits until it is ready. */
  ready(name: string, deadline?: number): Promise<V1Pod> {
    return eventually(
      `pod ${this.namespace}/${name} to be ready`,
      async () => {
        const pod = await this.get(name);
        if (isReady(pod)) return pod;
        throw new Error(sayPod(pod));
      },
      deadline,
    );
  }

  /** Deletes it and waits until it is gone. */
  async remove(name: string, graceSeconds?: number): Promise<void> {
    const uid = await this.get(name).then(
      (pod) => pod.metadata?.uid,
      () => undefined,
    );
    await this.#cluster.remove(this.#path(name), graceSeconds);
    await eventually(`pod ${this.namespace}/${name} to be gone`, () =>
      this.get(name).then(
        (pod) => pod.metadata?.uid !== uid,
        (error: unknown) => String(error).includes("404"),
      ),
    );
  }

  /** Sets annotations of a pod. */
  async annotate(name: string, annotations: Record<string, string>): Promise<void> {
    await this.#cluster.patch(this.#path(name), { metadata: { annotations } }, "merge");
  }

  /** Runs a command in a container of it. @throws with what it said when it fails. */
  exec(name: string, ...argv: string[]): Promise<string> {
    const command = ["kubectl", "-n", this.namespace, "exec", name, "--", ...argv];
    return run(command).catch((error: Error) => {
      if (neverBegan.test(error.message)) return run(command);
      throw error;
    });
  }

  logs(name: string, ...options: string[]): Promise<string> {
    return run(["kubectl", "-n", this.namespace, "logs", name, ...options]);
  }

  #path(name: string): string {
    return path`/api/v1/namespaces/${this.namespace}/pods/${name}`;
  }
}

/** On a busy node runc now and then loses the process in which the command was to run. */
const neverBegan = /unable to start container process: waiting for init/;

export const isReady = (pod: V1Pod): boolean =>
  pod.metadata?.deletionTimestamp === undefined &&
  (pod.status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");

/** How often its containers were started anew. */
export const restartsOf = (pod: V1Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** One line: phase, what each container waits for or ended with, restarts. */
export const sayPod = (pod: V1Pod): string => {
  const { phase, initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const containers = [...initContainerStatuses, ...containerStatuses].map(({ name, state, restartCount }) => {
    const { waiting, running, terminated } = state ?? {};
    const now = running ? "running" : (waiting?.reason ?? terminated?.reason ?? "unknown");
    return `${name} ${now}${waiting?.message ? ` (${waiting.message})` : ""}, ${restartCount} restarts`;
  });
  return `${pod.metadata?.name}: ${phase}; ${containers.join("; ")}`;
};
