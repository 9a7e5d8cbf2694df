import type { EventDraft } from "../core/report/event.ts";

/** What an Event is about. */
export interface Subject {
  kind: "Node" | "Pod";
  name: string;
  uid: string;
  /** Where the Event is written: that of the pod, and `default` for a node, where `kubectl describe node` looks. */
  namespace: string;
}

/** The same thing about the same object, however often it happens. */
export interface Series {
  draft: EventDraft;
  subject: Subject;
  name: string;
  firstAt: number;
  lastAt: number;
  count: number;
  /** The count that the API server knows; 0 before it is written. */
  written: number;
  writtenAt: number;
}

/** The Event as the API server takes it when it is new. */
export const eventBody = (series: Series, instance: string): unknown => {
  const { draft, subject, name, firstAt, count } = series;
  const { type, reason, action, note } = draft;
  const { kind, uid, namespace } = subject;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name, namespace },
    eventTime: micro(firstAt),
    type,
    reason,
    action,
    note,
    regarding: { apiVersion: "v1", kind, name: subject.name, uid, ...(kind === "Pod" ? { namespace } : {}) },
    reportingController: "mooring.dev/agent",
    reportingInstance: instance.slice(0, 128),
    ...(count > 1 ? { series: seriesField(series) } : {}),
  };
};

/** The API wants at least 2. */
export const seriesField = ({ count, lastAt }: Series): unknown => ({ count, lastObservedTime: micro(lastAt) });

/** metav1.MicroTime: exactly six digits after the point. */
const micro = (ms: number): string => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, "$1000Z");
