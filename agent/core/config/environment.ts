import type { LogLevel } from "./config.ts";
import type { Draft } from "./mount.ts";
import { mountPaths } from "./mount-paths.ts";
import { dnsLabel, dnsSubdomain } from "./names.ts";
import { type Problem, placeOf, quote } from "./problem.ts";
import { duration } from "./quantity.ts";
import type { TextReader } from "./reader.ts";
import { intervalBounds, logLevel, portNumber, recoveryTimeoutBounds } from "./settings.ts";

/** Variables by name, as process.env has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says; null where it says nothing, or something wrong. */
export interface Overrides {
  mounts: Draft[] | null;
  intervalMs: number | null;
  recoveryTimeoutMs: number | null;
  logLevel: LogLevel | null;
  port: number | null;
  namespace: string | null;
  nodeName: string | null;
  podName: string | null;
}

/** An empty variable says nothing: that is how manifests leave one out. */
export const readEnvironment = (environment: Environment, problems: Problem[]): Overrides => {
  const read = <T>(name: string, reader: TextReader<T>): T | null => {
    const text = environment[name];
    return text === undefined || text === "" ? null : (reader(text, placeOf(problems, name)) ?? null);
  };
  const namespace = read("NAMESPACE", dnsLabel);
  const podNamespace = read("POD_NAMESPACE", dnsLabel);
  return {
    mounts: read("MOUNT_PATHS", mountPaths),
    intervalMs: read("MONITOR_INTERVAL", duration({ ...intervalBounds, orSeconds: true })),
    recoveryTimeoutMs: read("RECOVERY_TIMEOUT", duration({ ...recoveryTimeoutBounds, orSeconds: true })),
    logLevel: read("LOG_LEVEL", (text, at) => logLevel(pythonLevels.get(text.toLowerCase()) ?? text, at)),
    port: read("HTTP_PORT", port),
    namespace: namespace ?? podNamespace,
    nodeName: read("NODE_NAME", dnsSubdomain),
    podName: read("POD_NAME", dnsSubdomain),
  };
};

/** What the original controller's LOG_LEVEL could be beside the names both have. */
const pythonLevels: ReadonlyMap<string, LogLevel> = new Map([
  ["warning", "warn"],
  ["critical", "fatal"],
]);

const port: TextReader<number> = (text, at) => {
  if (/^\d{1,5}$/.test(text)) return portNumber(Number(text), at);
  // Kubernetes sets <SERVICE>_PORT for each service of a namespace, and somebody's service may be called http.
  const link = text.startsWith("tcp://")
    ? "; this is Kubernetes' link to a service called http: set enableServiceLinks: false in the pod"
    : "";
  return at.problem(`is ${quote(text)}; want a whole number from 0 to 65535${link}`);
};
