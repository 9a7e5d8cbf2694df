import { NodeReporter, type NodeReporterOptions } from "../../agent/kubernetes/node-reporter.ts";
import { Pacer } from "../../agent/kubernetes/pacer.ts";
import { author, keys } from "../core/report/examples.ts";
import { type Scene, scene } from "./scene.ts";

export const GAP_MS = 40;

/** A reporter at work on a fake API server, and the node as that has it. */
export const reporting = (change: Partial<NodeReporterOptions> = {}, it: Scene = scene()) => {
  const reporter = new NodeReporter({
    api: it.api,
    pacer: new Pacer(GAP_MS),
    difficulty: it.difficulty(),
    node: "worker-1",
    keys,
    author,
    settings: () => ({ heartbeatMs: 0, startupTaint: null }),
    status: () => it.status,
    isLive: () => true,
    resyncMs: 60_000,
    takeOverMs: 60_000,
    random: () => 0.5,
    tell: it.tell,
    ...change,
  });
  void reporter.run();
  it.later(() => reporter.end("stopped", 1));
  return { it, reporter, node: it.cluster.node as never as Node };
};

export interface Node {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  status: { conditions: { type: string; status: string; reason: string }[] };
  spec: { taints?: unknown[] };
}
export const conditionOf = ({ status }: Node) => status.conditions.find(({ type }) => type === keys.condition);
export const label = ({ metadata }: Node) => metadata.labels["volume-mounts"];
export const gets = ({ cluster }: Scene) => cluster.seen.filter(({ method }) => method === "GET").length;
