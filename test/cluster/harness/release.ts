import type { V1Pod } from "@kubernetes/client-node";
import type { Reason, State } from "../../../agent/core/condition.ts";
import type { MountStatus, Status } from "../../../agent/core/status.ts";
import { path } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { isReady, Pods, sayPod } from "./pods.ts";
import { run, type Said, tryRun } from "./run.ts";

/** The chart of this checkout. */
export const chart = new URL("../../../charts/mooring", import.meta.url).pathname;

/** Values of the chart, as they stand in a values file. */
export interface Values {
  [key: string]: unknown;
}

/** One installation of the chart, by the pinned Helm. */
export class Release {
  readonly name: string;
  readonly pods: Pods;
  readonly #cluster: Cluster;
  readonly #namespace: string;

  constructor({ cluster, namespace, name }: { cluster: Cluster; namespace: string; name: string }) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.name = name;
    this.pods = new Pods(cluster, namespace);
  }

  /** `helm upgrade --install`, then waits until every agent is ready with this configuration's pods. */
  async apply(values: Values, ...flags: string[]): Promise<void> {
    await this.helm(["upgrade", "--install", this.name, chart, "--values", "-", ...flags], JSON.stringify(values));
    await this.ready();
  }

  /** `helm` in the release's namespace. */
  helm(argv: readonly string[], input = ""): Promise<string> {
    return run(["helm", ...argv, "--namespace", this.#namespace], input);
  }

  /** `helm test` with what the test's pods said; the caller judges the code. */
  test(): Promise<Said> {
    return tryRun(["helm", "test", this.name, "--namespace", this.#namespace, "--logs", "--timeout", "5m"]);
  }

  /** With the hook that lets the agents release first; for that the consumers must be gone. */
  async uninstall(...flags: string[]): Promise<void> {
    await this.helm(["uninstall", this.name, "--ignore-not-found", "--wait", "--timeout", "4m", ...flags]);
  }

  /** The agents' pods, sorted by name. */
  async agents(): Promise<V1Pod[]> {
    const pods = await this.pods.list(
      `app.kubernetes.io/component=agent,app.kubernetes.io/instance=${this.name},app.kubernetes.io/name=mooring`,
    );
    return pods.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  /** The first agent. @throws when there is none. */
  async agent(): Promise<V1Pod> {
    const [first] = await this.agents();
    if (first === undefined) throw new Error(`release ${this.name} has no agent`);
    return first;
  }

  /** Waits until its workloads have rolled out and every agent is ready; returns the agents. */
  ready(deadline?: number): Promise<V1Pod[]> {
    return eventually(
      `release ${this.#namespace}/${this.name} to be ready`,
      async () => {
        const [sets, agents] = await Promise.all([this.#workloads(), this.agents()]);
        const late = sets.find(({ wanted, updated, ready, seen }) => !seen || ready < wanted || updated < wanted);
        if (late === undefined && agents.length > 0 && agents.every(isReady)) return agents;
        throw new Error(`${JSON.stringify(sets)}; ${agents.map(sayPod).join(" | ") || "no agents"}`);
      },
      deadline,
    );
  }

  /** What an agent says of itself, through the API server's proxy. */
  status(agent: V1Pod): Promise<Status> {
    return this.#cluster.get(
      `${path`/api/v1/namespaces/${this.#namespace}/pods/${`${nameOf(agent)}:8000`}`}/proxy/api/v1/status`,
    );
  }

  /** Waits until an agent says this of a mount. */
  says(agent: V1Pod, state: State, reason?: Reason, mount = "dumps"): Promise<MountStatus> {
    return eventually(`${nameOf(agent)} to say ${mount} is ${state}${reason ? `/${reason}` : ""}`, async () => {
      const found = (await this.status(agent)).mounts.find(({ name }) => name === mount);
      const { condition } = found ?? {};
      if (condition?.state === state && (!reason || condition.reason === reason)) return found;
      throw new Error(JSON.stringify(condition));
    });
  }

  /** A series of an agent's /metrics, by how its line begins, e.g. `mooring_outage_seconds_total`. @throws when there is none. */
  async metric(agent: V1Pod, series: string): Promise<number> {
    const pod = path`/api/v1/namespaces/${this.#namespace}/pods/${`${nameOf(agent)}:8000`}`;
    const text = await run(["kubectl", "get", "--raw", `${pod}/proxy/metrics`]);
    const line = text.split("\n").find((each) => each.startsWith(series));
    if (line === undefined) throw new Error(`${nameOf(agent)} has no series ${series}`);
    return Number(line.slice(line.lastIndexOf(" ") + 1));
  }

  async #workloads(): Promise<{ name: string; wanted: number; updated: number; ready: number; seen: boolean }[]> {
    const labelSelector = `app.kubernetes.io/component=agent,app.kubernetes.io/instance=${this.name}`;
    const [stateful, daemon] = await Promise.all(
      ["statefulsets", "daemonsets"].map((kind) =>
        this.#cluster.get<{ items: Workload[] }>(`${path`/apis/apps/v1/namespaces/${this.#namespace}`}/${kind}`, {
          labelSelector,
        }),
      ),
    );
    return [...(stateful?.items ?? []), ...(daemon?.items ?? [])].map(({ metadata, spec, status }) => ({
      name: metadata.name,
      wanted: status.desiredNumberScheduled ?? spec.replicas ?? 1,
      updated: status.updatedNumberScheduled ?? status.updatedReplicas ?? 0,
      ready: status.numberReady ?? status.readyReplicas ?? 0,
      seen: (status.observedGeneration ?? 0) >= metadata.generation,
    }));
  }
}

interface Workload {
  metadata: { name: string; generation: number };
  spec: { replicas?: number };
  status: Partial<
    Record<
      | "observedGeneration"
      | "desiredNumberScheduled"
      | "updatedNumberScheduled"
      | "numberReady"
      | "updatedReplicas"
      | "readyReplicas",
      number
    >
  >;
}

export const nameOf = (object: { metadata?: { name?: string } }): string => object.metadata?.name ?? "";
export const nodeOf = (pod: V1Pod): string => pod.spec?.nodeName ?? "";
