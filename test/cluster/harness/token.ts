import type { V1Pod, V1SelfSubjectRulesReview } from "@kubernetes/client-node";
import type { Api } from "../../../agent/kubernetes/api.ts";
import type { Cluster } from "./cluster.ts";
import { nodeOf } from "./release.ts";

/** The token that the kubelet gave to a pod, as whoever breaks out of it finds it on the node. */
export const tokenOf = (cluster: Cluster, pod: V1Pod): Promise<string> =>
  cluster.onNode(
    nodeOf(pod),
    'cat /var/lib/kubelet/pods/"$1"/volumes/kubernetes.io~projected/kube-api-access-*/token',
    pod.metadata?.uid ?? "",
  );

/**
 * What `kubectl auth can-i --list` says in a namespace: `VERB RESOURCE.GROUP` or `VERB RESOURCE.GROUP/NAME`, sorted.
 * @throws when the API server does not tell all of it.
 */
export const permissions = async (api: Api, namespace: string): Promise<string[]> => {
  const reply = await api.ask({
    verb: "create",
    path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
  });
  if (reply.kind !== "ok") throw new Error(`cannot ask for the rules: ${reply.why}`);
  const { status } = reply.body as V1SelfSubjectRulesReview;
  if (status === undefined || status.incomplete) throw new Error("the API server told a part of the rules only");
  const rules = [
    ...status.resourceRules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) => {
      const names = resourceNames.length === 0 ? [""] : resourceNames.map((name) => `/${name}`);
      return product(verbs, apiGroups, resources, names).map(
        ([verb, group, resource, name]) => `${verb} ${resource}${group === "" ? "" : `.${group}`}${name}`,
      );
    }),
    ...status.nonResourceRules.flatMap(({ verbs, nonResourceURLs = [] }) =>
      product(verbs, nonResourceURLs).map(([verb, url]) => `${verb} ${url}`),
    ),
  ];
  return [...new Set(rules)].sort();
};

const product = (...lists: (readonly string[])[]): string[][] =>
  lists.reduce<string[][]>((rows, list) => rows.flatMap((row) => list.map((each) => [...row, each])), [[]]);
