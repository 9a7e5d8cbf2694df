import { Scalar, stringify } from "yaml";
import { printable, printableJson } from "../printable.ts";
import type { Config, KubernetesConfig, Mount } from "./config.ts";
import { formatDuration, formatSize } from "./quantity.ts";

/** The configuration as YAML that parseConfig reads as the very same one, whatever the environment was that shaped it. */
export const printConfig = ({ mounts, monitor, recovery, exit, rescue, http, log, kubernetes }: Config): string => {
  const document = {
    mounts: mounts.map(mountToPrint),
    monitor: {
      interval: formatDuration(monitor.intervalMs),
      timeout: formatDuration(monitor.timeoutMs),
      failures: monitor.failures,
    },
    recovery: {
      timeout: formatDuration(recovery.timeoutMs),
      backoff: { min: formatDuration(recovery.backoff.minMs), max: formatDuration(recovery.backoff.maxMs) },
    },
    exit,
    rescue,
    http,
    log: { ...log, file: path(log.file) },
    kubernetes: kubernetesToPrint(kubernetes),
  };
  // Quoted for readers of YAML 1.1 too, who take 0770 and 1:30 for numbers; long lines stay whole, folding is hard to read.
  const yaml = stringify(document, { schema: "core", compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false });
  return printableJson(yaml);
};

// Key by key: in the order of the documentation, not in that of the program.
const mountToPrint = (mount: Mount) => ({
  name: mount.name,
  source: path(mount.source),
  sourceMustBeMount: mount.sourceMustBeMount,
  target: path(mount.target),
  hostPath: path(mount.hostPath),
  options: mount.options,
  mode: modeToPrint(mount.mode),
  directories: mount.directories.map((each) => ({ ...each, path: path(each.path), mode: modeToPrint(each.mode) })),
  onForeign: mount.onForeign,
  onHang: mount.onHang,
  minFree: { bytes: mount.minFree.bytes === 0 ? 0 : formatSize(mount.minFree.bytes), inodes: mount.minFree.inodes },
});

const kubernetesToPrint = (kubernetes: KubernetesConfig) => ({
  enabled: kubernetes.enabled,
  instance: kubernetes.instance,
  pinned: kubernetes.pinned,
  heartbeat: formatDuration(kubernetes.heartbeatMs),
  label: kubernetes.label,
  condition: kubernetes.condition,
  startupTaint: kubernetes.startupTaint,
  localVolumes: kubernetes.localVolumes.map((each) => ({ ...each, path: path(each.path) })),
  namespace: kubernetes.namespace,
  nodeName: kubernetes.nodeName,
  podName: kubernetes.podName,
});

const modeToPrint = (mode: number | null): string | null => (mode === null ? null : mode.toString(8).padStart(4, "0"));

/** Odd characters are legal in paths. They become escapes, which only double quotes know: the output may meet a terminal. */
const path = (text: string | null): string | null | Scalar => {
  if (text === null || printable(text, text.length) === text) return text;
  const scalar = new Scalar(text);
  scalar.type = "QUOTE_DOUBLE";
  return scalar;
};
