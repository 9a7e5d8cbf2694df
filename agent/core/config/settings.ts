import { type Config, type KubernetesConfig, type LocalVolume, logLevels } from "./config.ts";
import type { Data } from "./document.ts";
import type { Overrides } from "./environment.ts";
import { conditionType, dnsLabel, dnsSubdomain, labelKey, labelSafeName, taint } from "./names.ts";
import { absolutePath } from "./path.ts";
import type { Place } from "./problem.ts";
import { type DurationBounds, duration, formatDuration } from "./quantity.ts";
import { listOf, oneOf, type Reader, section, sectionOf, textThat, wholeNumber } from "./reader.ts";

// One reader for each section beside `mounts`. A default gives way to what was set: an interval of 2s has a timeout of 1s.

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

export const intervalBounds: DurationBounds = { min: 100, max: day };
export const recoveryTimeoutBounds: DurationBounds = { min: 100, max: day };

export const portNumber = wholeNumber({ min: 0, max: 65535 });

export const logLevel: Reader<Config["log"]["level"]> = (data, at) =>
  oneOf(logLevels)(typeof data === "string" ? data.toLowerCase() : data, at);

export const readMonitor = (data: Data, at: Place, { intervalMs: override }: Overrides): Config["monitor"] => {
  const given = section(data, at, ["interval", "timeout", "failures"]);
  const ownInterval = given.read("interval", duration(intervalBounds));
  const intervalMs = override ?? ownInterval ?? 30 * second;
  const timeout = given.read("timeout", duration({ min: 10, max: hour }));
  if (timeout !== undefined && timeout >= intervalMs) {
    const origin = override === null ? "the interval" : "MONITOR_INTERVAL";
    given.place("timeout").problem(`is not shorter than ${origin}; want less than ${formatDuration(intervalMs)}`);
  }
  return {
    intervalMs,
    timeoutMs: timeout ?? Math.min(5 * second, Math.floor(intervalMs / 2)),
    failures: given.read("failures", wholeNumber({ min: 1, max: 1000 })) ?? 3,
  };
};

export const readRecovery = (data: Data, at: Place, { recoveryTimeoutMs }: Overrides): Config["recovery"] => {
  const given = section(data, at, ["timeout", "backoff"]);
  const own = given.read("timeout", duration(recoveryTimeoutBounds));
  const backoff = given.read("backoff", (value, place) => section(value, place, ["min", "max"]));
  const min = backoff?.read("min", duration({ min: 1, max: hour }));
  const max = backoff?.read("max", duration({ min: 1, max: hour }));
  if (min !== undefined && max !== undefined && min > max) {
    backoff?.place("min").problem(`is longer than max; want at most ${formatDuration(max)}`);
  }
  return {
    timeoutMs: recoveryTimeoutMs ?? own ?? 60 * second,
    backoff: {
      minMs: min ?? Math.min(50, max ?? Number.POSITIVE_INFINITY),
      maxMs: max ?? Math.max(30 * second, min ?? 0),
    },
  };
};

export const readHttp = (data: Data, at: Place, { port }: Overrides): Config["http"] => {
  const given = section(data, at, ["host", "port"]);
  const own = given.read("port", portNumber);
  return { host: given.read("host", address) ?? "::", port: port ?? own ?? 8000 };
};

export const readLog = (data: Data, at: Place, overrides: Overrides): Config["log"] => {
  const given = section(data, at, ["level", "file"]);
  const own = given.read("level", logLevel);
  return { level: overrides.logLevel ?? own ?? "info", file: given.read("file", absolutePath) ?? null };
};

/** Names are resolved by others and may change or hang; localhost is where everybody looks it up. */
const address = textThat(
  'an IP address to listen on, such as "::" (everything), "0.0.0.0" or "127.0.0.1", or localhost',
  (text) => {
    const isIPv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);
    const isIPv6 = /^[0-9a-fA-F:.]{2,45}$/.test(text) && URL.canParse(`http://[${text}]/`);
    return isIPv4 || isIPv6 || text === "localhost" ? null : "is no IP address";
  },
);

export const readKubernetes = (data: Data, at: Place, overrides: Overrides): KubernetesConfig => {
  const given = section(data, at, [
    "enabled",
    "instance",
    "pinned",
    "heartbeat",
    "label",
    "condition",
    "startupTaint",
    "localVolumes",
    "namespace",
    "nodeName",
    "podName",
  ]);
  const own = {
    namespace: given.read("namespace", dnsLabel) ?? null,
    nodeName: given.read("nodeName", dnsSubdomain) ?? null,
    podName: given.read("podName", dnsSubdomain) ?? null,
  };
  const namespace = overrides.namespace ?? own.namespace;
  return {
    enabled: given.read("enabled", autoOrFlag) ?? "auto",
    instance: given.read("instance", labelSafeName) ?? defaultInstance(namespace, given.place("instance")),
    pinned: given.read("pinned", autoOrFlag) ?? "auto",
    heartbeatMs: given.read("heartbeat", duration({ min: 10 * second, max: day, orZero: true })) ?? 0,
    label: given.read("label", labelKey) ?? "volume-mounts",
    condition: given.read("condition", conditionType) ?? "VolumeMountsReady",
    startupTaint: given.read("startupTaint", taint) ?? null,
    localVolumes: given.read("localVolumes", listOf("local volumes", localVolume)) ?? [],
    namespace,
    nodeName: overrides.nodeName ?? own.nodeName,
    podName: overrides.podName ?? own.podName,
  };
};

const localVolume: Reader<LocalVolume> = (data, at) => {
  const given = sectionOf(["namespace", "claim", "path"])(data, at);
  if (given === undefined) return undefined;
  for (const key of ["namespace", "claim", "path"] as const)
    if (!given.has(key))
      given.place(key).problem("is missing; want the claim's namespace and name, and the path on the node");
  const namespace = given.read("namespace", dnsLabel);
  const claim = given.read("claim", dnsSubdomain);
  const path = given.read("path", absolutePath);
  return namespace === undefined || claim === undefined || path === undefined ? undefined : { namespace, claim, path };
};

const autoOrFlag = oneOf(["auto", true, false]);

const defaultInstance = (namespace: string | null, at: Place): string => {
  const instance = namespace === null ? "mooring" : `${namespace}-mooring`;
  // Cutting it short could make two agents one.
  if (instance.length > 63)
    at.problem(`is not given, and its default ${instance} is longer than 63 characters; want it set`);
  return instance;
};
