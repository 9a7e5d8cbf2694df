import type { NodeView } from "../report/node-view.ts";
import { HOSTNAME, isPinnedTo, matches } from "./node-selector.ts";
import { nodePathOf, type PodPlan, type PodVolume, volumeBehind } from "./pod-plan.ts";
import { daemonSetTolerations, untolerated } from "./tolerations.ts";
import type { OwnPod, Workload } from "./workload.ts";

/** Why a DaemonSet makes no new pod on this node, or null when it does: kubernetes pkg/controller/daemon NodeShouldRunDaemonPod. */
export const whyNotSelected = (template: PodPlan, node: NodeView): string | null => {
  if (template.nodeName !== null && template.nodeName !== node.name) return `it wants node ${template.nodeName}`;
  const missed = Object.entries(template.nodeSelector).find(([key, value]) => node.labels[key] !== value);
  if (missed !== undefined) return `the node lacks the label ${missed[0]}=${missed[1]}`;
  if (template.affinity !== null && !matches(template.affinity, node)) return "its node affinity excludes the node";
  const taint = untolerated(node.taints, [...template.tolerations, ...daemonSetTolerations]);
  return taint === null ? null : `it does not tolerate the node's taint ${taint.key}:${taint.effect}`;
};

/** Why a StatefulSet does not want a pod of this name, or null when it does. */
export const whyNotWanted = ({ replicas, first }: Workload, podName: string): string | null => {
  const ordinal = Number(/-(\d+)$/.exec(podName)?.[1] ?? Number.NaN);
  if (Number.isNaN(ordinal)) return `pod ${podName} has no ordinal`;
  return ordinal >= first && ordinal < first + replicas ? null : `it wants no pod ${ordinal} any more`;
};

/** Whether the template itself lets a pod run on this node only. */
export const isTemplatePinned = ({ nodeName, nodeSelector, affinity }: PodPlan, node: NodeView): boolean => {
  const hostname = node.labels[HOSTNAME] ?? node.name;
  if (nodeName === node.name || nodeSelector[HOSTNAME] === hostname) return true;
  return affinity !== null && isPinnedTo(affinity, node);
};

/** A mount that the agent makes, as its end sees it. */
export interface MadeMount {
  source: string;
  target: string;
  /** It is on top at its target. */
  attached: boolean;
}

/**
 * Why the next pod would not take a mount over as it is, or null: the source has to be the same volume, and the target the same
 * directory of the node, or nobody would look after it any more.
 */
export const whyNotTheSame = (
  { name, plan }: OwnPod,
  workload: Workload,
  { source, target, attached }: MadeMount,
): string | null => {
  const ours = volumeBehind(plan, source)?.volume ?? null;
  if (ours === null) return attached ? `${source} is no volume of the pod` : null;
  if (ours.kind === "own") return `${source} is a volume that goes with the pod`;
  const next = nextVolume(name, workload, source);
  if (next === null || !isSame(ours, next)) return `the next pod has another volume at ${source}`;
  const place = nodePathOf(plan, target);
  return place === null || place === nodePathOf(workload.template, target)
    ? null
    : `the next pod does not have ${place} of the node at ${target}`;
};

const nextVolume = (podName: string, { template, claimTemplates }: Workload, source: string): PodVolume | null => {
  const behind = volumeBehind(template, source);
  if (behind === null) return null;
  return claimTemplates.includes(behind.name) ? { kind: "claim", claim: `${behind.name}-${podName}` } : behind.volume;
};

const isSame = (a: PodVolume, b: PodVolume): boolean => a.kind !== "own" && JSON.stringify(a) === JSON.stringify(b);

/** The claims behind the sources. */
export const claimsBehind = ({ plan }: OwnPod, mounts: readonly Pick<MadeMount, "source">[]): string[] => [
  ...new Set(
    mounts.flatMap(({ source }) => {
      const volume = volumeBehind(plan, source)?.volume;
      return volume?.kind === "claim" ? [volume.claim] : [];
    }),
  ),
];
