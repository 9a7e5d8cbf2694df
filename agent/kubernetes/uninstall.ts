import { delayAfter } from "../core/backoff.ts";
import { unlockAnnotation } from "../core/exit/workload.ts";
import { count } from "../core/say.ts";
import { fieldsOf, itemsOf, textOf } from "../core/untrusted.ts";
import { type Api, path, type Reply } from "./api.ts";

export interface UninstallOptions {
  api: Api;
  namespace: string;
  workloads: readonly WorkloadName[];
  /** Labels of the agents' pods. */
  selector: string;
  timeoutMs: number;
  /** Tell the agents to unlock their bare directories before they go. */
  unlock: boolean;
  /** One line of progress. */
  say(line: string): Promise<void>;
  /** Between two looks, milliseconds. */
  everyMs?: number;
}

export interface WorkloadName {
  kind: "daemonset" | "statefulset";
  name: string;
}

const ASK_MS = 10_000;

/** Helm sets it on every object of a release, never on what `helm template` prints: helm pkg/action setMetadataVisitor. */
const RELEASE_ANNOTATION = "meta.helm.sh/release-name";

/**
 * Deletes the workloads and waits until every agent has released its node and is gone; the permissions of the agents are still
 * there meanwhile. Where Helm has not installed them no `helm uninstall` asks, but somebody applied the hook like any other
 * object: then nothing is deleted. Resolves to null, or to what went wrong and what to do.
 */
export const uninstallWorkloads = async (options: UninstallOptions): Promise<string | null> => {
  const { api, namespace, unlock, say, timeoutMs } = options;
  const until = performance.now() + timeoutMs;
  const looks = await lookAt(options, until);
  if (typeof looks === "string") return looks;
  const foreign = looks.find(({ state }) => state === "foreign");
  if (foreign !== undefined) {
    await say(
      `${foreign.kind} ${foreign.name} was not installed by Helm (it has no annotation ${RELEASE_ANNOTATION}), so nothing is deleted; render the chart without this hook: helm template --no-hooks`,
    );
    return null;
  }
  if (unlock) await markPods(options, until);
  for (const { kind, name } of looks.filter(({ state }) => state === "installed")) {
    const deleted = await insist(until, () =>
      api.ask({
        verb: "delete",
        path: pathOf(namespace, kind, name),
        body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" },
        timeoutMs: ASK_MS,
      }),
    );
    if (deleted.kind !== "ok" && !isMissing(deleted)) return `cannot delete ${kind} ${name}: ${deleted.why}; ${wayOut}`;
    await say(`${kind} ${name}: deleted; waiting for its agents to release their nodes`);
  }
  for (const { kind, name } of looks.filter(({ state }) => state === "missing"))
    await say(`${kind} ${name}: there is none`);
  return waitUntilGone(options, until);
};

interface Look extends WorkloadName {
  state: "installed" | "foreign" | "missing";
}

/** Each workload as it is before anything is deleted; a text says why that cannot be known. */
const lookAt = async (options: UninstallOptions, until: number): Promise<Look[] | string> => {
  const { api, namespace, workloads } = options;
  const looks: Look[] = [];
  for (const { kind, name } of workloads) {
    const found = await insist(until, () =>
      api.ask({
        verb: "get",
        path: pathOf(namespace, kind, name),
        timeoutMs: ASK_MS,
      }),
    );
    if (found.kind !== "ok" && !isMissing(found)) return `cannot look at ${kind} ${name}: ${found.why}; ${wayOut}`;
    const state = found.kind !== "ok" ? "missing" : isInstalled(found.body) ? "installed" : "foreign";
    looks.push({ kind, name, state });
  }
  return looks;
};

const pathOf = (namespace: string, kind: WorkloadName["kind"], name: string): string =>
  path`/apis/apps/v1/namespaces/${namespace}/${`${kind}s`}/${name}`;

const isMissing = (reply: Reply): boolean => reply.kind === "refused" && reply.status === 404;

const isInstalled = (workload: unknown): boolean =>
  textOf(fieldsOf(fieldsOf(fieldsOf(workload).metadata).annotations)[RELEASE_ANNOTATION]) !== null;

const wayOut =
  "to go on without waiting: helm uninstall --no-hooks, then `mooring release` on every node that still has mounts";

const waitUntilGone = async (options: UninstallOptions, until: number): Promise<string | null> => {
  const { everyMs = 1000, say } = options;
  let said = "";
  for (;;) {
    const listed = await listPods(options, until);
    if (listed.kind !== "ok") return `cannot see the agents' pods: ${listed.why}; ${wayOut}`;
    const pods = podsIn(listed.body);
    if (pods.length === 0) {
      await say("every agent has gone");
      return null;
    }
    const names = pods.map(({ name, node }) => `${name} on node ${node}`).join(", ");
    if (performance.now() >= until)
      return `${count(pods.length, "agent")} did not end in time: ${names}; see the log of that pod and whether the node is up; ${wayOut}`;
    if (names !== said) await say(`waiting for ${names}`);
    said = names;
    await Bun.sleep(Math.min(everyMs, Math.max(1, until - performance.now())));
  }
};

const listPods = ({ api, namespace, selector }: UninstallOptions, until: number): Promise<Reply> =>
  insist(until, () =>
    api.ask({
      verb: "list",
      path: path`/api/v1/namespaces/${namespace}/pods`,
      query: { labelSelector: selector },
      timeoutMs: ASK_MS,
    }),
  );

const podsIn = (body: unknown): { name: string; node: string }[] =>
  itemsOf(fieldsOf(body).items).map((pod) => {
    const { metadata, spec } = fieldsOf(pod);
    return { name: textOf(fieldsOf(metadata).name) ?? "?", node: textOf(fieldsOf(spec).nodeName) ?? "(none yet)" };
  });

/** An agent that cannot be told keeps its bare directories locked, which is the safe side. */
const markPods = async (options: UninstallOptions, until: number): Promise<void> => {
  const { api, namespace, say } = options;
  const listed = await listPods(options, until);
  const pods = listed.kind === "ok" ? podsIn(listed.body) : [];
  const body = { metadata: { annotations: { [unlockAnnotation]: "true" } } };
  for (const { name } of pods) {
    const podPath = path`/api/v1/namespaces/${namespace}/pods/${name}`;
    const marked = await insist(until, () =>
      api.ask({ verb: "patch", patch: "merge", path: podPath, body, timeoutMs: ASK_MS }),
    );
    if (marked.kind !== "ok") await say(`pod ${name} is not told to unlock: ${marked.why}`);
  }
};

/** Asks until there is an answer or the time is over. */
const insist = async (until: number, ask: () => Promise<Reply>): Promise<Reply> => {
  for (let attempt = 1; ; attempt++) {
    const reply = await ask();
    const delay = delayAfter({ minMs: 250, maxMs: 5000 }, attempt);
    if (reply.kind !== "silent" || performance.now() + delay >= until) return reply;
    await Bun.sleep(delay);
  }
};
