import type { EventsV1Event } from "@kubernetes/client-node";
import { path } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";
import type { Stage } from "./stage.ts";

/** The Events of a stage's namespace, whoever has written them. */
export const eventsIn = async ({ cluster, namespace }: Stage): Promise<EventsV1Event[]> => {
  const { items } = await cluster.get<{ items: EventsV1Event[] }>(
    path`/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  );
  return items;
};

/** Events that an agent has written in a namespace, as `kubectl get events` shows them: those about its node are in `default`. */
export const eventsOf = async (cluster: Cluster, namespace: string, agent: string): Promise<EventsV1Event[]> => {
  const found = await cluster.get<{ items: EventsV1Event[] }>(
    path`/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  );
  return found.items.filter(({ reportingInstance }) => reportingInstance === agent);
};

/** How often it happened. */
export const timesOf = ({ series }: EventsV1Event): number => series?.count ?? 1;
