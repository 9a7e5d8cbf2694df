import { version } from "../core/build.ts";
import { parseDuration } from "../core/config/quantity.ts";
import { printable } from "../core/printable.ts";
import { type Command, exitCode } from "./command.ts";

export const uninstall: Command<Record<never, never>> = {
  name: "uninstall",
  summary: "delete the workload and wait until every agent has released its node",
  usage: [""],
  description: `The chart's pre-delete hook. Helm deletes permissions and workloads in the same second, and an agent without permissions
cannot see that it is being removed; so this deletes the workloads first, in the foreground, and waits until the agents
have released their nodes, taken their marks back and ended. Workloads that Helm has not installed are left alone.

Environment, set by the chart:
  UNINSTALL_WORKLOADS   what to delete: statefulset/NAME or daemonset/NAME, separated by commas
  UNINSTALL_SELECTOR    labels of the agents' pods
  UNINSTALL_TIMEOUT     how long to wait, such as 180s
  UNINSTALL_UNLOCK      true: the bare directories are unlocked too, and removed when they are empty
  POD_NAMESPACE         where all that is`,
  options: {},
  operands: "none",
  run: async (_, { environment, out, err }) => {
    const asked = readEnvironment(environment);
    if (Array.isArray(asked)) {
      for (const problem of asked) await err(`${problem}\n`);
      return exitCode.usage;
    }
    const { makeApi } = await import("../kubernetes/api.ts");
    const { clusterFor } = await import("../kubernetes/cluster.ts");
    const { uninstallWorkloads } = await import("../kubernetes/uninstall.ts");
    const cluster = await clusterFor(environment).catch((error: Error) => error.message);
    if (typeof cluster === "string") {
      await err(`${printable(cluster)}\n`);
      return exitCode.failed;
    }
    const api = makeApi({ cluster, userAgent: `mooring-uninstall/${version}`, timeoutMs: 10_000, tell: () => {} });
    const problem = await uninstallWorkloads({ ...asked, api, say: (line) => out(`${printable(line, 4000)}\n`) });
    if (problem === null) return exitCode.ok;
    await err(`${printable(problem, 4000)}\n`);
    return exitCode.failed;
  },
};

interface Asked {
  namespace: string;
  workloads: { kind: "daemonset" | "statefulset"; name: string }[];
  selector: string;
  timeoutMs: number;
  unlock: boolean;
}

/** Kubernetes ends the hook's Job at its own deadline, without a word; ours comes before. */
const RESERVE_MS = 5000;

/** What the chart wants, or one line for each variable that is wrong. */
const readEnvironment = (environment: Readonly<Record<string, string | undefined>>): Asked | string[] => {
  const problems: string[] = [];
  const want = <T>(name: string, read: (text: string) => T | null, wanted: string): T | null => {
    const text = environment[name] ?? "";
    const value = read(text);
    if (value === null)
      problems.push(`${name} is ${text === "" ? "not set" : printable(JSON.stringify(text), 200)}; want ${wanted}`);
    return value;
  };
  const filled = (text: string): string | null => (text === "" ? null : text);
  const workloads = want(
    "UNINSTALL_WORKLOADS",
    readWorkloads,
    "statefulset/NAME or daemonset/NAME, separated by commas",
  );
  const selector = want("UNINSTALL_SELECTOR", filled, "labels such as app.kubernetes.io/instance=mooring");
  const timeout = want(
    "UNINSTALL_TIMEOUT",
    (text) => parseDuration(text === "" ? "180s" : text),
    "a duration such as 180s",
  );
  const namespace = want("POD_NAMESPACE", filled, "the namespace of the release");
  const unlock = want("UNINSTALL_UNLOCK", readFlag, "true or false");
  if (workloads === null || selector === null || timeout === null || namespace === null || unlock === null)
    return problems;
  return { namespace, workloads, selector, timeoutMs: Math.max(1000, timeout - RESERVE_MS), unlock };
};

const readFlag = (text: string): boolean | null =>
  text === "" || text === "false" ? false : text === "true" ? true : null;

const readWorkloads = (text: string): Asked["workloads"] | null => {
  const workloads = text.split(",").map((each): Asked["workloads"][number] | null => {
    const [kind, name, ...more] = each.trim().split("/");
    const isKnown = kind === "daemonset" || kind === "statefulset";
    return isKnown && name && more.length === 0 ? { kind, name } : null;
  });
  const known = workloads.filter((each) => each !== null);
  return known.length === workloads.length ? known : null;
};
