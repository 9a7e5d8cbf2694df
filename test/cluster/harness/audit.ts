import { fieldsOf, itemsOf, numberOf, textOf } from "../../../agent/core/untrusted.ts";
import type { Cluster } from "./cluster.ts";

/** A request as the API server noted it; ci/kind/audit-policy.yaml says whose it notes. */
export interface Noted {
  /** When it arrived, milliseconds since the epoch. */
  at: number;
  verb: string;
  /** With its sub resource: `nodes/status`. */
  resource: string;
  namespace: string;
  name: string;
  /** The answer's HTTP status. */
  code: number;
  /** From the bound token: the pod that asked. */
  pod: string;
}

/** What the API server was asked by a service account, in the order in which it came, since `from` (milliseconds since the epoch). */
export const noted = async (
  cluster: Cluster,
  { namespace, account, from = 0 }: { namespace: string; account: string; from?: number },
): Promise<Noted[]> => {
  const text = await cluster.onNode(
    cluster.controlPlane,
    'grep -hF "$1" /var/log/kubernetes/audit*.log || [ $? = 1 ]',
    `"username":"system:serviceaccount:${namespace}:${account}"`,
  );
  // A request that goes on, as a watch, is noted when it begins and when it ends.
  const byId = new Map(
    text
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => fieldsOf(JSON.parse(line)))
      .map((event) => [textOf(event.auditID) ?? "", readEvent(event)]),
  );
  return [...byId.values()].filter(({ at }) => at >= from).sort((a, b) => a.at - b.at);
};

/** Those that change something. */
export const writesOf = (requests: readonly Noted[]): Noted[] =>
  requests.filter(({ verb }) => !["get", "list", "watch"].includes(verb));

/** `2 patch nodes/status, 1 create events`. */
export const sayRequests = (requests: readonly Noted[]): string => {
  const counts = new Map<string, number>();
  for (const { verb, resource } of requests)
    counts.set(`${verb} ${resource}`, (counts.get(`${verb} ${resource}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} ${what}`).join(", ") || "none";
};

const readEvent = (event: Readonly<Record<string, unknown>>): Noted => {
  const { resource, subresource, namespace, name } = fieldsOf(event.objectRef);
  const part = textOf(subresource);
  return {
    at: Date.parse(textOf(event.requestReceivedTimestamp) ?? ""),
    verb: textOf(event.verb) ?? "",
    resource: `${textOf(resource) ?? ""}${part === null ? "" : `/${part}`}`,
    namespace: textOf(namespace) ?? "",
    name: textOf(name) ?? "",
    code: numberOf(fieldsOf(event.responseStatus).code) ?? 0,
    pod: textOf(itemsOf(fieldsOf(fieldsOf(event.user).extra)["authentication.kubernetes.io/pod-name"])[0]) ?? "",
  };
};
