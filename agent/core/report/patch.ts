import type { MarkKeys, Marks } from "./marks.ts";
import { toTheSecond } from "./marks.ts";
import type { NodeView } from "./node-view.ts";
import { type Author, annotationText } from "./ownership.ts";

/** A strategic merge patch of nodes/status: one request carries label, annotation and condition together. */
export interface NodePatch {
  metadata: { labels?: Record<string, string | null>; annotations: Record<string, string | null> };
  status?: { conditions: Record<string, string>[] };
}

export interface Wanted {
  view: NodeView;
  marks: Marks;
  keys: MarkKeys;
  author: Author;
  /** Whether label and condition are ours to write. */
  holds: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  /** How often the condition says that it is still so; 0 is never. */
  heartbeatMs: number;
}

/** What has to be written so that the node says what is wanted; null when it does already. */
export const patchFor = ({ view, marks, keys, author, holds, now, heartbeatMs }: Wanted): NodePatch | null => {
  const annotation = annotationText(marks, author, keys, holds);
  const annotations = { [keys.annotation]: annotation };
  const annotated = view.annotations[keys.annotation] === annotation;
  if (!holds) return annotated ? null : { metadata: { annotations } };
  const { condition, labels } = view;
  const { status, reason, message } = marks.condition;
  const isSaid =
    condition !== null && condition.status === status && condition.reason === reason && condition.message === message;
  const isDue = heartbeatMs > 0 && now - (Date.parse(condition?.lastHeartbeatTime ?? "") || 0) >= heartbeatMs;
  if (annotated && isSaid && !isDue && labels[keys.label] === marks.label) return null;
  const lastTransitionTime = condition?.status === status ? condition.lastTransitionTime : "";
  return {
    metadata: { labels: { [keys.label]: marks.label }, annotations },
    status: {
      conditions: [
        {
          type: keys.condition,
          status,
          reason,
          message,
          lastHeartbeatTime: toTheSecond(now),
          lastTransitionTime: lastTransitionTime || toTheSecond(now),
        },
      ],
    },
  };
};

/** Takes every mark of ours off the node again; null when there is none. */
export const patchToTakeBack = (view: NodeView, keys: MarkKeys, holds: boolean): NodePatch | null => {
  const annotations = { [keys.annotation]: null };
  const annotated = view.annotations[keys.annotation] !== undefined;
  if (!holds) return annotated ? { metadata: { annotations } } : null;
  if (!annotated && view.labels[keys.label] === undefined && view.condition === null) return null;
  return {
    metadata: { labels: { [keys.label]: null }, annotations },
    status: { conditions: [{ $patch: "delete", type: keys.condition }] },
  };
};
