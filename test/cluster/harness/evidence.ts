import { nameOf } from "./release.ts";
import { tryRun } from "./run.ts";
import type { Stage } from "./stage.ts";

/** Everything about a stage that tells why a story failed: its pods, their logs, events, the nodes' mounts. Never throws. */
export const evidence = async ({ cluster, namespace, folder, pods }: Stage): Promise<string> => {
  const said = async (...argv: string[]): Promise<string> => {
    const { stdout, stderr } = await tryRun(argv);
    return [stdout, stderr].filter(Boolean).join("\n");
  };
  const kubectl = (...argv: string[]): Promise<string> => said("kubectl", "-n", namespace, ...argv);
  const names = await pods.list().then(
    (found) => found.map(nameOf),
    () => [],
  );
  const nodes = await cluster.workers().catch(() => []);
  const sections: [title: string, text: Promise<string>][] = [
    ["pods and claims", kubectl("get", "pods,statefulsets,daemonsets,pvc", "-o", "wide")],
    ["events", kubectl("get", "events", "--sort-by=.metadata.creationTimestamp")],
    ...names.flatMap((name): [string, Promise<string>][] => [
      [`pod ${name}`, kubectl("describe", "pod", name)],
      [`log of ${name}`, kubectl("logs", name, "--all-containers", "--prefix", "--tail", "100")],
      [`log of ${name} before`, kubectl("logs", name, "--all-containers", "--previous", "--tail", "50")],
    ]),
    ...nodes.map((node): [string, Promise<string>] => [
      `mounts of ${node}`,
      said("docker", "exec", node, "grep", "-F", folder, "/proc/self/mountinfo"),
    ]),
  ];
  const texts = await Promise.all(sections.map(async ([title, text]) => `--- ${title}\n${await text}`));
  return texts.join("\n");
};
