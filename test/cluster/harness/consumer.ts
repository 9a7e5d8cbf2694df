import type { V1Container, V1HostPathVolumeSource, V1Pod } from "@kubernetes/client-node";
import { type ConsumerReport, parseReport } from "../../kernel/harness/consumer.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import type { Pods } from "./pods.ts";

export interface ConsumerOptions {
  name: string;
  /** The node that it runs on: its label kubernetes.io/hostname. */
  node: string;
  /** The directory of the node that its volume shows, at the same path in the container. */
  volumePath: string;
  /** Check of the volume by the kubelet before the container starts; default none. */
  volumeType?: string;
  /** Default HostToContainer. */
  propagation?: "None" | "HostToContainer" | "Bidirectional";
  /** The file that it appends to, as container and node name it. */
  file: string;
  /** Milliseconds between two records; default 10. */
  every?: number;
  /** Keeps its file open instead of opening it for every record. */
  keepOpen?: boolean;
  uid?: number;
  /** A claim in place of the hostPath volume; its container then runs as Pod Security `restricted` demands, as user 1000. */
  claim?: string;
  /** The host path that its init container `mooring wait` waits for; without one it has none. */
  gate?: string;
  /** What the kubelet does when its container ends; default Never, so that none is counted as two. */
  restart?: "Never" | "Always";
}

/** What a container of CONSUMER_IMAGE runs to write numbered records. As process 1 the writer itself would not hear SIGTERM. */
export const writerCommand = ({
  file,
  every = 10,
  uid = 0,
  keepOpen = false,
}: Pick<ConsumerOptions, "file" | "every" | "uid" | "keepOpen">): string[] => {
  const writer = `writer "${file}" ${every * 1e6} ${uid} ${keepOpen ? "fd" : "path"}`;
  const script = `mkfifo /tmp/questions; ${writer} <>/tmp/questions >>/tmp/answers & trap 'kill $!' TERM; wait $!`;
  return ["sh", "-c", script];
};

/** The pod of an application that writes numbered records through a hostPath volume. */
export const consumerPod = (
  { name, node, volumePath, volumeType = "", propagation = "HostToContainer", file, ...more }: ConsumerOptions,
  { CONSUMER_IMAGE, AGENT_IMAGE }: Readonly<Record<string, string | undefined>> = process.env,
): V1Pod => {
  const { claim, gate, restart = "Never" } = more;
  const volumeMounts = [{ name: "mooring", mountPath: volumePath, mountPropagation: propagation }];
  const container: V1Container = {
    name: "app",
    image: CONSUMER_IMAGE ?? "",
    command: writerCommand({ file, ...more }),
    // The API allows Bidirectional in privileged containers only.
    ...(propagation === "Bidirectional" ? { securityContext: { privileged: true } } : {}),
    ...(claim === undefined ? {} : { securityContext: restricted }),
    volumeMounts,
  };
  const wait = { name: "wait", image: AGENT_IMAGE ?? "", args: ["wait", "--timeout", "10m", gate ?? ""], volumeMounts };
  const hostPath: V1HostPathVolumeSource = { path: volumePath, type: volumeType };
  const volume = claim === undefined ? { hostPath } : { persistentVolumeClaim: { claimName: claim } };
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      nodeSelector: { "kubernetes.io/hostname": node },
      tolerations: [{ operator: "Exists" }],
      restartPolicy: restart,
      terminationGracePeriodSeconds: 1,
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      ...(gate === undefined ? {} : { initContainers: [wait] }),
      containers: [container],
      volumes: [{ name: "mooring", ...volume }],
    },
  };
};

const restricted = {
  runAsUser: 1000,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** A running application that writes numbered records; see `consumer.c` of the kernel tests for what it counts. */
export class Consumer {
  readonly name: string;
  readonly #pods: Pods;
  readonly #cluster: Cluster;
  readonly #options: ConsumerOptions;

  constructor(cluster: Cluster, pods: Pods, options: ConsumerOptions) {
    this.#cluster = cluster;
    this.#pods = pods;
    this.#options = options;
    this.name = options.name;
  }

  /** Makes its pod; does not wait for it. */
  create(): Promise<void> {
    return this.#pods.create(consumerPod(this.#options));
  }

  /** Waits until it runs and tried to write at least once. */
  async started(deadline?: number): Promise<void> {
    await this.#pods.ready(this.name, deadline);
    await eventually(`${this.name} to write`, async () => {
      const { written, failed } = await this.report();
      return written + failed > 0;
    });
  }

  /** What it has seen up to now. */
  async report(): Promise<ConsumerReport> {
    return parseReport(await this.#pods.exec(this.name, "ask", "report"));
  }

  /** Waits until it has written that many more records successfully, so that what came before is over for it too. */
  async writes(more = 20): Promise<ConsumerReport> {
    const { written } = await this.report();
    return eventually(`${this.name} to write ${more} more records`, async () => {
      const report = await this.report();
      return report.written >= written + more ? report : false;
    });
  }

  /** What happened to its writes while something was done, and until it had written on. */
  async during(work: () => Promise<unknown>): Promise<{ failedWrites: number; gapMs: number }> {
    const before = parseReport(await this.#pods.exec(this.name, "ask", "forget"));
    await work();
    const { failed, longestGapMs } = await this.writes();
    return { failedWrites: failed - before.failed, gapMs: longestGapMs };
  }

  /** How many records it wrote successfully that are not in its file as the node sees it now. */
  async lost(): Promise<number> {
    const { written, ranges } = await this.report();
    const last = ranges.at(-1)?.[1] ?? 0;
    const kept = await this.#cluster.onNode(
      this.#options.node,
      `awk -v last="$2" 'length == 10 && $1 + 0 <= last' "$1" | sort -u | wc -l`,
      this.#options.file,
      String(last),
    );
    return written - Number(kept);
  }

  /** Deletes its pod and waits until it is gone. */
  remove(): Promise<void> {
    return this.#pods.remove(this.name);
  }
}

/** `during` for several consumers: the failed writes of all, and the longest gap of any. */
export const duringAll = async (
  [first, ...rest]: readonly Consumer[],
  work: () => Promise<unknown>,
): Promise<{ failedWrites: number; gapMs: number }> => {
  if (first === undefined) {
    await work();
    return { failedWrites: 0, gapMs: 0 };
  }
  let others = { failedWrites: 0, gapMs: 0 };
  const own = await first.during(async () => {
    others = await duringAll(rest, work);
  });
  return { failedWrites: own.failedWrites + others.failedWrites, gapMs: Math.max(own.gapMs, others.gapMs) };
};
