/** The configuration after defaults, environment and checks: what `mooring check` prints and everything else reads. */
export interface Config {
  mounts: Mount[];
  /** How the volume behind a mount is probed. */
  monitor: { intervalMs: number; timeoutMs: number; failures: number };
  recovery: { timeoutMs: number; backoff: { minMs: number; maxMs: number } };
  exit: "auto" | "keep" | "release";
  rescue: "move" | "report";
  http: { host: string; port: number };
  log: { level: LogLevel; file: string | null };
  kubernetes: KubernetesConfig;
}

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export const mountOptions = ["ro", "nosuid", "nodev", "noexec", "noatime"] as const;
export type MountOption = (typeof mountOptions)[number];

/** One configured source → target pair, identified by its target. */
export interface Mount {
  name: string;
  /** null: the target is only watched. */
  source: string | null;
  /** Always false without a source. */
  sourceMustBeMount: boolean;
  target: string;
  hostPath: string;
  /** In the order of `mountOptions`, each once; none without a source, whose mount is left as it is. */
  options: MountOption[];
  /** Permission bits for the root of the volume; null leaves them as they are. */
  mode: number | null;
  directories: Directory[];
  onForeign: "report" | "replace";
  onHang: "report" | "abort";
  /** Below either the mount is Degraded. Default 0, which asks for nothing: what is little depends on the volume. */
  minFree: { bytes: number; inodes: number };
}

/** A directory made for one application inside the volume. */
export interface Directory {
  /** Relative to the volume's root; never contains `..`. */
  path: string;
  uid: number | null;
  gid: number | null;
  mode: number | null;
}

export interface KubernetesConfig {
  enabled: "auto" | boolean;
  /** Names this agent's records and keys; at most 63 characters. Default: the namespace and `-mooring`, or `mooring`. */
  instance: string;
  pinned: "auto" | boolean;
  /** 0 is off. */
  heartbeatMs: number;
  label: string;
  condition: string;
  /** `key[=value]:Effect`. */
  startupTaint: string | null;
  localVolumes: LocalVolume[];
  namespace: string | null;
  nodeName: string | null;
  podName: string | null;
}

/** A static local PersistentVolume on a directory of a host path, known by the one claim that may bind it. */
export interface LocalVolume {
  namespace: string;
  claim: string;
  /** As the node names it. */
  path: string;
}
