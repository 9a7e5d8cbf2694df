import type { Config, Mount } from "../../agent/core/config/config.ts";

/** The configuration of a mount as the defaults make it. A source that is not given is the claim of the same name. */
export function mountOf(given: Partial<Mount> & { name: string }): Mount {
  const { name } = given;
  const target = given.target ?? `/host/${name}`;
  return {
    source: `/volumes/${name}`,
    sourceMustBeMount: true,
    target,
    hostPath: target,
    options: given.source === null ? [] : ["nosuid", "nodev"],
    mode: null,
    directories: [],
    onForeign: "report",
    onHang: "report",
    minFree: { bytes: 0, inodes: 0 },
    ...given,
  };
}

/** A configuration of these mounts, with a probe every 30 s and a backoff from 50 ms to 30 s. */
export const configOf = (...mounts: Mount[]): Config => ({
  mounts,
  monitor: { intervalMs: 30_000, timeoutMs: 5000, failures: 3 },
  recovery: { timeoutMs: 60_000, backoff: { minMs: 50, maxMs: 30_000 } },
  exit: "auto",
  rescue: "move",
  http: { host: "::", port: 8000 },
  log: { level: "info", file: null },
  kubernetes: {
    enabled: "auto",
    instance: "mooring",
    pinned: "auto",
    heartbeatMs: 0,
    label: "volume-mounts",
    condition: "VolumeMountsReady",
    startupTaint: null,
    localVolumes: [],
    namespace: null,
    nodeName: null,
    podName: null,
  },
});
