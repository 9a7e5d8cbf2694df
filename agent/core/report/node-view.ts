import { fieldsOf, itemsOf, textOf, textsOf } from "../untrusted.ts";

/** What the agent keeps of its node object; the rest, mostly image names, is dropped at once. */
export interface NodeView {
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  /** Those below mooring.dev/ only. */
  annotations: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  /** Of the type that was asked for. */
  condition: NodeCondition | null;
}

export interface Taint {
  key: string;
  value: string;
  effect: string;
  /** As the API server gave it: a JSON patch compares all of it. */
  raw: unknown;
}

export interface NodeCondition {
  status: string;
  reason: string;
  message: string;
  /** RFC 3339, as they stand there. */
  lastHeartbeatTime: string;
  lastTransitionTime: string;
}

export const annotationPrefix = "mooring.dev/";

/** Reads a node as the API server gives it; null when it is none. */
export const readNode = (body: unknown, conditionType: string): NodeView | null => {
  const { metadata, spec, status } = fieldsOf(body);
  const { name, uid, labels, annotations } = fieldsOf(metadata);
  if (textOf(name) === null || textOf(uid) === null) return null;
  const condition = itemsOf(fieldsOf(status).conditions).find((each) => fieldsOf(each).type === conditionType);
  return {
    name: String(name),
    uid: String(uid),
    labels: textsOf(labels),
    annotations: Object.fromEntries(
      Object.entries(textsOf(annotations)).filter(([key]) => key.startsWith(annotationPrefix)),
    ),
    taints: itemsOf(fieldsOf(spec).taints).map(readTaint),
    condition: condition === undefined ? null : readCondition(condition),
  };
};

const readTaint = (raw: unknown): Taint => {
  const { key, value, effect } = fieldsOf(raw);
  return { key: textOf(key) ?? "", value: textOf(value) ?? "", effect: textOf(effect) ?? "", raw };
};

const readCondition = (raw: unknown): NodeCondition => {
  const { status, reason, message, lastHeartbeatTime, lastTransitionTime } = textsOf(raw);
  return {
    status: status ?? "",
    reason: reason ?? "",
    message: message ?? "",
    lastHeartbeatTime: lastHeartbeatTime ?? "",
    lastTransitionTime: lastTransitionTime ?? "",
  };
};
