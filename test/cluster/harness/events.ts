import type { EventsV1Event } from "@kubernetes/client-node";
import { path } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";

/** Events that an agent has written in a namespace, as `kubectl get events` shows them: those about its node are in `default`. */
export const eventsOf = async (cluster: Cluster, namespace: string, agent: string): Promise<EventsV1Event[]> => {
  const found = await cluster.get<{ items: EventsV1Event[] }>(
    path`/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
  );
  return found.items.filter(({ reportingInstance }) => reportingInstance === agent);
};

/** How often it happened. */
export const timesOf = ({ series }: EventsV1Event): number => series?.count ?? 1;
