import { fieldsOf, itemsOf, numberOf, textOf } from "../untrusted.ts";
import { type PodPlan, readPodPlan } from "./pod-plan.ts";

/** The agent's own pod, as the exit needs it. */
export interface OwnPod {
  uid: string;
  name: string;
  namespace: string;
  /** Somebody has asked for it to be removed. */
  deleted: boolean;
  graceSeconds: number;
  owner: Owner | null;
  /** The uninstall hook wants the bare directories unlocked. */
  unlock: boolean;
  marks: MarksChecksum;
  plan: PodPlan;
}

/** What made the pod and would make the next one. */
export interface Owner {
  kind: string;
  name: string;
  uid: string;
}

/** A DaemonSet or StatefulSet. */
export interface Workload {
  uid: string;
  deleted: boolean;
  /** StatefulSet only; pods `first` to `first + replicas - 1` are wanted. */
  replicas: number;
  first: number;
  template: PodPlan;
  /** Of its template. */
  marks: MarksChecksum;
  claimTemplates: readonly string[];
}

/** The uninstall hook puts it on the agents' pods. */
export const unlockAnnotation = "mooring.dev/unlock";

/** The chart's checksum of the names that an agent keeps for life; null when the pod does not say it. */
export type MarksChecksum = string | null;

const marksAnnotation = "checksum/marks";

/** The API server's default. */
const DEFAULT_GRACE_SECONDS = 30;

/** Reads the own pod; null when it is no pod. */
export const readOwnPod = (body: unknown): OwnPod | null => {
  const { metadata, spec } = fieldsOf(body);
  const { uid, name, namespace, deletionTimestamp, deletionGracePeriodSeconds, ownerReferences, annotations } =
    fieldsOf(metadata);
  if (textOf(uid) === null || textOf(name) === null || textOf(namespace) === null) return null;
  const owner = itemsOf(ownerReferences)
    .map(fieldsOf)
    .find(({ controller }) => controller === true);
  const grace = numberOf(deletionGracePeriodSeconds) ?? numberOf(fieldsOf(spec).terminationGracePeriodSeconds);
  return {
    uid: String(uid),
    name: String(name),
    namespace: String(namespace),
    deleted: textOf(deletionTimestamp) !== null,
    graceSeconds: grace ?? DEFAULT_GRACE_SECONDS,
    owner:
      owner === undefined
        ? null
        : { kind: textOf(owner.kind) ?? "", name: textOf(owner.name) ?? "", uid: textOf(owner.uid) ?? "" },
    unlock: fieldsOf(annotations)[unlockAnnotation] === "true",
    marks: textOf(fieldsOf(annotations)[marksAnnotation]),
    plan: readPodPlan(spec),
  };
};

/** Reads a DaemonSet or StatefulSet; null when it is none. */
export const readWorkload = (body: unknown): Workload | null => {
  const { metadata, spec } = fieldsOf(body);
  const { uid, deletionTimestamp } = fieldsOf(metadata);
  if (textOf(uid) === null) return null;
  const { replicas, ordinals, template, volumeClaimTemplates } = fieldsOf(spec);
  return {
    uid: String(uid),
    deleted: textOf(deletionTimestamp) !== null,
    replicas: numberOf(replicas) ?? 1,
    first: numberOf(fieldsOf(ordinals).start) ?? 0,
    template: readPodPlan(fieldsOf(template).spec),
    marks: textOf(fieldsOf(fieldsOf(fieldsOf(template).metadata).annotations)[marksAnnotation]),
    claimTemplates: itemsOf(volumeClaimTemplates).map((each) => textOf(fieldsOf(fieldsOf(each).metadata).name) ?? ""),
  };
};
