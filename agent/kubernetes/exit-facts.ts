import type { Answer, ExitFacts } from "../core/exit/decide.ts";
import { type NodeSelector, readNodeSelector } from "../core/exit/node-selector.ts";
import { claimsBehind, type MadeMount } from "../core/exit/successor.ts";
import { type Owner, type OwnPod, readOwnPod, readWorkload, type Workload } from "../core/exit/workload.ts";
import { readNode } from "../core/report/node-view.ts";
import { fieldsOf, textOf } from "../core/untrusted.ts";
import { type Api, path, type Reply } from "./api.ts";

export interface Whereabouts {
  api: Api;
  namespace: string;
  pod: string;
  node: string;
  mounts: readonly MadeMount[];
}

/** What the API server says about the pod; denied is asked twice, since a token may have been replaced in this very second. */
export const askForPod = async ({ api, namespace, pod }: Whereabouts, timeoutMs: number): Promise<Answer<OwnPod>> => {
  const question = { verb: "get", path: path`/api/v1/namespaces/${namespace}/pods/${pod}`, timeoutMs } as const;
  const first = await api.ask(question);
  const isUnauthorised = first.kind === "refused" && first.status === 401;
  return answerOf(isUnauthorised ? await api.ask(question) : first, readOwnPod);
};

/** Asks everything that the decision may need, at once as far as it can be; takes at most `withinMs`. */
export const askForExit = async (
  where: Whereabouts,
  self: OwnPod | null,
  withinMs: number,
): Promise<Omit<ExitFacts, "exit" | "pinned">> => {
  const until = performance.now() + withinMs;
  const left = (): number => Math.max(1, until - performance.now());
  const owner = self?.owner ?? null;
  const [pod, known, node] = await Promise.all([
    // Nobody takes a deletion back.
    self?.deleted ? ({ kind: "found", value: self } as const) : askForPod(where, left()),
    owner === null ? null : askForWorkload(where, owner, left()),
    where.api
      .ask({ verb: "get", path: path`/api/v1/nodes/${where.node}`, timeoutMs: left() })
      .then((reply) => answerOf(reply, (body) => readNode(body, ""))),
  ]);
  const own = self ?? (pod.kind === "found" ? pod.value : null);
  const late = known === null && own?.owner ? await askForWorkload(where, own.owner, left()) : known;
  const isRemoved = pod.kind !== "found" || pod.value.deleted || pod.value.uid !== own?.uid;
  const claims = own?.owner?.kind === "StatefulSet" && isRemoved ? claimsBehind(own, where.mounts) : [];
  const volumes = new Map(
    await Promise.all(
      claims.map(
        async (claim): Promise<[string, Answer<NodeSelector | null>]> => [
          claim,
          await askForVolume(where, claim, left()),
        ],
      ),
    ),
  );
  return { mounts: where.mounts, self, pod, workload: late, node, volumes };
};

const plurals: Readonly<Record<string, string>> = { DaemonSet: "daemonsets", StatefulSet: "statefulsets" };

/** Null for a kind that the agent does not know. */
const askForWorkload = async (
  { api, namespace }: Whereabouts,
  { kind, name }: Owner,
  timeoutMs: number,
): Promise<Answer<Workload> | null> => {
  const plural = plurals[kind];
  if (plural === undefined) return null;
  const question = path`/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`;
  return answerOf(await api.ask({ verb: "get", path: question, timeoutMs }), readWorkload);
};

/** Where the volume behind a claim may be used; null anywhere. */
const askForVolume = async (
  { api, namespace }: Whereabouts,
  claim: string,
  timeoutMs: number,
): Promise<Answer<NodeSelector | null>> => {
  const startedAt = performance.now();
  const claimPath = path`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`;
  const bound = answerOf(await api.ask({ verb: "get", path: claimPath, timeoutMs }), (body) =>
    textOf(fieldsOf(fieldsOf(body).spec).volumeName),
  );
  if (bound.kind !== "found") return bound;
  const volumePath = path`/api/v1/persistentvolumes/${bound.value}`;
  const left = Math.max(1, timeoutMs - (performance.now() - startedAt));
  return answerOf(
    await api.ask({ verb: "get", path: volumePath, timeoutMs: left }),
    (body) => ({
      required: readNodeSelector(fieldsOf(fieldsOf(fieldsOf(body).spec).nodeAffinity).required),
    }),
    (found) => found.required,
  );
};

function answerOf<T>(reply: Reply, read: (body: unknown) => T | null): Answer<T>;
function answerOf<T, U>(reply: Reply, read: (body: unknown) => T | null, pick: (value: T) => U): Answer<U>;
function answerOf(
  reply: Reply,
  read: (body: unknown) => unknown,
  pick = (value: unknown): unknown => value,
): Answer<unknown> {
  if (reply.kind === "silent") return { kind: "silent", why: reply.why };
  if (reply.kind === "ok") {
    const value = read(reply.body);
    return value === null
      ? { kind: "silent", why: "it answered with something else" }
      : { kind: "found", value: pick(value) };
  }
  if (reply.status === 404) return { kind: "missing" };
  return reply.status === 401 || reply.status === 403 ? { kind: "denied" } : { kind: "silent", why: reply.why };
}
