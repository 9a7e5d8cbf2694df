import { version } from "../core/build.ts";
import type { Config, Directory } from "../core/config/config.ts";
import { renamedKeys } from "../core/config/renamed.ts";
import { type Decision, decideExit } from "../core/exit/decide.ts";
import { type OwnPod, readOwnPod } from "../core/exit/workload.ts";
import { keysOf } from "../core/report/marks.ts";
import type { Apart } from "../core/rescue.ts";
import type { Status } from "../core/status.ts";
import type { KubernetesPart, Trace, TraceBody } from "../core/trace.ts";
import { makeApi } from "./api.ts";
import { clusterFor, namespaceOfPod } from "./cluster.ts";
import { Consumers } from "./consumers.ts";
import { Difficulty } from "./difficulty.ts";
import type { Subject } from "./event-series.ts";
import { EventWriter } from "./event-writer.ts";
import { askForExit, askForPod, type Whereabouts } from "./exit-facts.ts";
import { NodeReporter } from "./node-reporter.ts";
import { Pacer } from "./pacer.ts";
import { PodWatch } from "./pod-watch.ts";

export interface KubernetesOptions {
  config: Config;
  environment: Readonly<Record<string, string | undefined>>;
  status(): Status;
  tell(trace: TraceBody): void;
  /** Directories that pods ask for, by the name of the mount. */
  onDirectories(requested: ReadonlyMap<string, readonly Directory[]>): void;
}

/** The agent's dealings with the API server. Nothing waits for it but the end of the agent, and that not for long. */
export interface Kubernetes {
  /** The status may be another one. */
  changed(): void;
  configure(config: Config): void;
  hear(trace: Trace): void;
  /** `namespace/name` of the pods that use a mount; null while nobody knows. */
  consumers(mount: string): readonly string[] | null;
  /** What pods have mounted by itself of a mount; null while nobody knows. */
  apart(mount: string): Apart | null;
  /** Pods on this node that use any mount. */
  allConsumers(): readonly string[];
  /** Whether the mounts stay when the agent ends. Answers within so many milliseconds. */
  decideExit(withinMs: number): Promise<Decision & { unlock: boolean }>;
  /** From SIGTERM to SIGKILL, as the pod has it. */
  graceMs(): number;
  /** Writes the last marks and Events and stops, within so many milliseconds. */
  end(comesBack: boolean, withinMs: number): Promise<void>;
}

const REQUEST_MS = 10_000;
const BACKOFF = { minMs: 1000, maxMs: 30_000 };
/** Of all writes together. */
const WRITE_GAP_MS = 1000;
const RESYNC_MS = 60_000;
const TAKE_OVER_MS = 180_000;
const SERIES_GAP_MS = 5000;
const DEFAULT_GRACE_MS = 30_000;

/** Starts everything and returns at once. Throws only for a kubeconfig that cannot be used. */
export const startKubernetes = async (options: KubernetesOptions): Promise<Kubernetes> => {
  const { environment, status, tell, onDirectories } = options;
  let { config } = options;
  const { nodeName: node, podName } = config.kubernetes;
  if (node === null) throw new Error("the node is not known: set NODE_NAME from spec.nodeName in the pod");
  const cluster = await clusterFor(environment);
  const namespace = environment.POD_NAMESPACE || (await namespaceOfPod()) || config.kubernetes.namespace || "default";
  const ownUid = environment.POD_UID || null;

  const api = makeApi({ cluster, userAgent: `mooring/${version}`, timeoutMs: REQUEST_MS, tell });
  const pacer = new Pacer(WRITE_GAP_MS);
  const random = Math.random;
  const difficulty = (part: KubernetesPart): Difficulty => new Difficulty({ part, backoff: BACKOFF, random, tell });

  const watch = new PodWatch({
    api,
    difficulty: difficulty("consumers"),
    node,
    ownUid,
    onOwn: (pod) => learn(readOwnPod(pod)),
    mounts: () => config.mounts,
    localVolumes: () => config.kubernetes.localVolumes,
    onChange: () => consumers.look(),
    random,
  });
  const consumers = new Consumers({ watch, mounts: () => config.mounts, onDirectories, tell });
  const marks = difficulty("marks");
  const reporter = new NodeReporter({
    api,
    pacer,
    difficulty: marks,
    node,
    keys: keysOf(config.kubernetes),
    author: { pod: podName === null ? null : `${namespace}/${podName}`, uid: ownUid },
    settings: () => ({
      heartbeatMs: config.kubernetes.heartbeatMs,
      startupTaint: config.kubernetes.startupTaint,
    }),
    status,
    isLive: ({ uid }) => (uid === null ? null : watch.isHere(uid)),
    resyncMs: RESYNC_MS,
    takeOverMs: TAKE_OVER_MS,
    random,
    tell,
  });
  const events = new EventWriter({
    api,
    pacer,
    difficulty: new Difficulty({ part: "events", backoff: BACKOFF, random, tell, onlyRefusals: true }),
    subjects: () => subjects(reporter.view?.uid ?? null),
    isAway: () => marks.persists,
    onSilence: () => reporter.look(),
    instance: podName ?? node,
    seriesGapMs: SERIES_GAP_MS,
  });
  const subjects = (uid: string | null): Subject[] => {
    if (uid === null) return [];
    const about: Subject[] = [{ kind: "Node", name: node, uid, namespace: "default" }];
    if (podName !== null && ownUid !== null) about.push({ kind: "Pod", name: podName, uid: ownUid, namespace });
    return about;
  };

  let self: OwnPod | null = null;
  const where = (): Whereabouts => ({
    api,
    namespace,
    pod: podName ?? "",
    node,
    mounts: status().mounts.flatMap(({ source, target, attached }) =>
      source === null ? [] : [{ source, target, attached }],
    ),
  });
  /** Somebody else's pod of the same name is not this one, and nobody takes a deletion back. */
  const learn = (pod: OwnPod | null): void => {
    if (pod !== null && (ownUid === null || pod.uid === ownUid) && (pod.deleted || !self?.deleted)) self = pod;
  };
  let ended = false;
  /** Known before the end, so that silence then can be told from removal. */
  const learnSelf = async (): Promise<void> => {
    const waiting = difficulty("marks");
    while (podName !== null && self === null && !ended) {
      const pod = await askForPod(where(), REQUEST_MS);
      if (pod.kind === "found") learn(pod.value);
      if (self === null)
        waiting.failed({ kind: "silent", why: `the agent's own pod is ${pod.kind}`, retryAfterMs: null });
      await Bun.sleep(waiting.retryInMs);
    }
  };

  for (const work of [reporter.run(), events.run(), watch.run(), learnSelf()]) void work;

  return {
    changed: () => reporter.changed(),
    configure(next) {
      const moved = JSON.stringify(paths(config)) !== JSON.stringify(paths(next));
      config = next;
      if (moved) watch.relist();
      consumers.look();
      reporter.look();
    },
    hear(trace) {
      if (trace.kind === "kubernetesRequest") return;
      if (trace.kind === "attached" && heals.has(trace.how)) reporter.healed(trace.mount, trace.at);
      consumers.hear(trace);
      events.hear(trace);
    },
    consumers: (mount) => consumers.of(mount),
    apart: (mount) => consumers.apart(mount),
    allConsumers: () => consumers.all(),
    async decideExit(withinMs) {
      if (podName === null) {
        const policy = config.exit === "release" ? "release" : "keep";
        return { policy, comesBack: true, why: "the agent runs in no pod", isOpen: false, unlock: false };
      }
      const facts = await askForExit(where(), self, withinMs);
      // `kubectl delete --grace-period` gives another one than the pod had.
      if (facts.pod.kind === "found" && facts.pod.value.uid === self?.uid) self = facts.pod.value;
      // The watch may have told meanwhile what the question was not answered.
      const pod = facts.pod.kind === "silent" && self?.deleted ? ({ kind: "found", value: self } as const) : facts.pod;
      const decision = decideExit({ ...facts, self, pod, exit: config.exit, pinned: config.kubernetes.pinned });
      return { ...decision, unlock: !decision.comesBack && self?.unlock === true };
    },
    graceMs: () => (self === null ? DEFAULT_GRACE_MS : self.graceSeconds * 1000),
    async end(comesBack, withinMs) {
      ended = true;
      watch.stop();
      // Whoever comes back under other names leaves what stands under these as it is.
      const last = comesBack && renamedKeys(options.config, config).length === 0 ? "stopped" : "takenBack";
      await Promise.all([reporter.end(last, withinMs), events.end(withinMs)]);
    },
  };
};

const heals: ReadonlySet<string> = new Set(["healed", "replaced", "uncovered"]);

const paths = ({ mounts, kubernetes }: Config): unknown[] => [
  ...mounts.map(({ name, hostPath }) => [name, hostPath]),
  ...kubernetes.localVolumes,
];
