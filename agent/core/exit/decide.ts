import type { Config } from "../config/config.ts";
import type { NodeView } from "../report/node-view.ts";
import { isPinnedTo, type NodeSelector } from "./node-selector.ts";
import {
  claimsBehind,
  isTemplatePinned,
  type MadeMount,
  whyNotSelected,
  whyNotTheSame,
  whyNotWanted,
} from "./successor.ts";
import type { OwnPod, Workload } from "./workload.ts";

/** What the API server said to one question. */
export type Answer<T> =
  | { kind: "found"; value: T }
  /** 404. */
  | { kind: "missing" }
  /** 401 or 403. */
  | { kind: "denied" }
  /** Timeout, refused, reset, 429, 5xx or nonsense. */
  | { kind: "silent"; why: string };

/** Everything that the decision rests on. */
export interface ExitFacts {
  /** Does a mount stay although nobody looks after it, as the configuration says? */
  exit: Config["exit"];
  pinned: "auto" | boolean;
  /** Without those that are only watched. */
  mounts: readonly MadeMount[];
  /** The pod as it was known before the end; null when the API server never told. */
  self: OwnPod | null;
  pod: Answer<OwnPod>;
  /** Of the pod's owner; null when it has none of the kinds that the agent knows. */
  workload: Answer<Workload> | null;
  node: Answer<NodeView>;
  /** The node affinity of the volume behind each claim; null where it has none. */
  volumes: ReadonlyMap<string, Answer<NodeSelector | null>>;
}

export interface Decision {
  policy: "keep" | "release";
  /** Another life of this agent will look after the node and its marks, so these stay. */
  comesBack: boolean;
  why: string;
  /** The pod is deleted and what becomes of its mounts nobody said yet: worth asking again while there is time. */
  isOpen: boolean;
}

/**
 * Keep the mounts, or release them? The agent's next life adopts what is kept; what is kept and not adopted stops the kubelet
 * from detaching the claim, which then cannot move. So the mounts stay when the agent is not removed, when nobody can tell, and
 * when its successor gets the same volumes on this node by construction.
 */
export const decideExit = (facts: ExitFacts): Decision => {
  const found = judge(facts);
  if (facts.exit === "auto" || facts.exit === found.policy) return found;
  return { ...found, policy: facts.exit, why: `the configuration says exit: ${facts.exit}`, isOpen: false };
};

const keep = (why: string): Decision => ({ policy: "keep", comesBack: true, why, isOpen: false });
const release = (why: string): Decision => ({ policy: "release", comesBack: false, why, isOpen: false });
const open = (why: string): Decision => ({ ...keep(why), isOpen: true });

const judge = (facts: ExitFacts): Decision => {
  const { self, pod } = facts;
  if (pod.kind === "silent") return keep(`nobody can tell whether the agent is removed: ${pod.why}`);
  if (self === null && pod.kind !== "found")
    return keep("the API server never told about the agent's pod, so its silence now says nothing");
  if (pod.kind === "denied") return release("the agent's permissions are gone, so its release is being removed");
  if (pod.kind === "found" && !pod.value.deleted && (self === null || pod.value.uid === self.uid))
    return keep("the pod stays, only its container ends");
  // After a force delete, GET by name returns the successor.
  const own = pod.kind === "found" && (self === null || pod.value.uid === self.uid) ? pod.value : self;
  return own === null ? keep("the agent's pod is not known") : judgeSuccessor(facts, own);
};

const judgeSuccessor = (facts: ExitFacts, own: OwnPod): Decision => {
  const { workload, node, mounts } = facts;
  const { owner } = own;
  if (owner === null) return release("the pod is deleted and nothing makes another one");
  const name = `${owner.kind} ${owner.name}`;
  if (workload === null) return release(`the pod is deleted, and where ${name} puts the next one is not certain`);
  if (workload.kind === "silent") return open(`nobody can tell what becomes of ${name}: ${workload.why}`);
  if (workload.kind === "denied") return release("the agent's permissions are gone, so its release is being removed");
  if (workload.kind === "missing" || workload.value.uid !== owner.uid) return release(`${name} is deleted`);
  if (workload.value.deleted) return release(`${name} is being deleted`);
  if (node.kind === "missing") return release("the node is deleted");
  if (node.kind === "silent") return open(`nobody can tell about the node: ${node.why}`);
  if (node.kind === "denied") return keep("nobody can tell about the node: denied");
  for (const mount of mounts) {
    const other = whyNotTheSame(own, workload.value, mount);
    if (other !== null) return release(other);
  }
  const decision =
    owner.kind === "DaemonSet"
      ? judgeDaemonSet(name, workload.value, node.value)
      : judgeStatefulSet(facts, own, workload.value, node.value);
  return { ...decision, comesBack: decision.comesBack && !isRenamed(own, workload.value) };
};

/** The next pod marks the node under other names. */
const isRenamed = (own: OwnPod, next: Workload): boolean =>
  own.marks !== null && next.marks !== null && own.marks !== next.marks;

const judgeDaemonSet = (name: string, { template }: Workload, node: NodeView): Decision => {
  const why = whyNotSelected(template, node);
  return why === null
    ? keep(`${name} makes another pod on this node, with the same volumes`)
    : release(`${name} does not select this node any more: ${why}`);
};

const judgeStatefulSet = (facts: ExitFacts, own: OwnPod, workload: Workload, node: NodeView): Decision => {
  const name = `StatefulSet ${own.owner?.name}`;
  const unwanted = whyNotWanted(workload, own.name);
  if (unwanted !== null) return release(`${name}: ${unwanted}`);
  const { pinned, mounts, volumes } = facts;
  if (pinned === true) return keep(`the configuration says that ${name} brings the pod back to this node`);
  if (pinned === false) return release(`the configuration says that ${name} may put the next pod elsewhere`);
  if (isTemplatePinned(workload.template, node)) return keep(`${name} is pinned to this node`);
  for (const claim of claimsBehind(own, mounts)) {
    const affinity = volumes.get(claim) ?? { kind: "missing" };
    if (affinity.kind === "silent") return open(`nobody can tell where claim ${claim} may go: ${affinity.why}`);
    if (affinity.kind === "found" && affinity.value !== null && isPinnedTo(affinity.value, node))
      return keep(`the volume of claim ${claim} is tied to this node`);
  }
  return release(`${name} may put the next pod on another node`);
};
