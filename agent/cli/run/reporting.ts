import { hasToken } from "../../kubernetes/cluster.ts";
import type { Kubernetes, KubernetesOptions } from "../../kubernetes/start.ts";

/**
 * Starts the part that deals with the API server, when there is one and the configuration wants it; loaded here and nowhere else.
 * Null when there is none; what hinders it is told.
 */
export const startReporting = async (options: KubernetesOptions): Promise<Kubernetes | null> => {
  const { config, environment, tell } = options;
  const { enabled, nodeName } = config.kubernetes;
  if (enabled === false || (enabled === "auto" && !(await hasToken(environment)))) return null;
  try {
    if (nodeName === null) throw new Error("the node is not known: set NODE_NAME from spec.nodeName in the pod");
    const { startKubernetes } = await import("../../kubernetes/start.ts");
    return await startKubernetes(options);
  } catch (error) {
    tell({ kind: "kubernetesFailing", part: "marks", why: error instanceof Error ? error.message : String(error) });
    return null;
  }
};
