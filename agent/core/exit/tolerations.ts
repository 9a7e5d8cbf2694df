import type { Taint } from "../report/node-view.ts";
import { fieldsOf, itemsOf, textOf } from "../untrusted.ts";

export interface Toleration {
  /** Empty with Exists: every taint. */
  key: string;
  operator: string;
  value: string;
  /** Empty: every effect. */
  effect: string;
}

export const readTolerations = (raw: unknown): Toleration[] =>
  itemsOf(raw).map((each) => {
    const { key, operator, value, effect } = fieldsOf(each);
    return {
      key: textOf(key) ?? "",
      operator: textOf(operator) || "Equal",
      value: textOf(value) ?? "",
      effect: textOf(effect) ?? "",
    };
  });

/** What the DaemonSet controller adds to each of its pods: kubernetes pkg/controller/daemon/util AddOrUpdateDaemonPodTolerations. */
export const daemonSetTolerations: readonly Toleration[] = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
].map(([key = "", effect = ""]) => ({ key, operator: "Exists", value: "", effect }));

/** The first taint that keeps a new pod away, or null. PreferNoSchedule keeps nobody away. */
export const untolerated = (taints: readonly Taint[], tolerations: readonly Toleration[]): Taint | null =>
  taints.find(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") &&
      !tolerations.some((toleration) => tolerates(toleration, taint)),
  ) ?? null;

/** k8s.io/api core/v1 Toleration.ToleratesTaint. */
const tolerates = ({ key, operator, value, effect }: Toleration, taint: Taint): boolean => {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return operator === "Equal" && key !== "" && value === taint.value;
};
