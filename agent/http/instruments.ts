import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import Histogram from "prom-client/lib/histogram.js";
import Registry from "prom-client/lib/registry.js";

/** Every metric of the agent. Names, types and labels are public; docs/metrics.md is checked against this. */
export const makeInstruments = () => {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge<L>({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]) =>
    new Histogram<L>({ name, help, labelNames, buckets, registers });

  return {
    registry,
    checks: counter("volume_mount_checks_total", "Probes of the volume that ended or timed out.", ["mount"]),
    failures: counter("volume_mount_failures_total", "Probes of the volume that failed or timed out.", ["mount"]),
    recoveries: counter("volume_mount_recoveries_total", "Attempts to put back a mount that was lost or wrong.", [
      "mount",
    ]),
    recovered: counter("volume_mount_recovery_success_total", "Attempts that put the right mount back.", ["mount"]),
    checkDuration: histogram(
      "mount_check_duration_seconds",
      "How long the probes of the volume took.",
      ["mount"],
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    ),
    healDuration: histogram(
      "mooring_heal_duration_seconds",
      "From noticing that a mount was lost or wrong until the right one was attached.",
      ["mount"],
      [
        0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10,
      ],
    ),
    outage: counter("mooring_outage_seconds_total", "How long mounts were away, added when they were put back.", [
      "mount",
    ]),
    state: gauge("mooring_mount_state", "1 for the state that the mount is in, 0 for every other.", ["mount", "state"]),
    size: gauge("mooring_filesystem_size_bytes", "Size of the volume's file system.", ["mount"]),
    avail: gauge("mooring_filesystem_avail_bytes", "Space for unprivileged users on the volume's file system.", [
      "mount",
    ]),
    files: gauge("mooring_filesystem_files", "Inodes of the volume's file system.", ["mount"]),
    filesFree: gauge("mooring_filesystem_files_free", "Free inodes of the volume's file system.", ["mount"]),
    stuck: gauge("mooring_volume_child_stuck", "1 while a probe is out that has not answered in time.", ["mount"]),
    stackDepth: gauge("mooring_mount_stack_depth", "Mounts stacked at the target; 1 when all is well.", ["mount"]),
    shadowed: gauge("mooring_shadowed_files", "Entries of the bare directory, hidden under the mount.", ["mount"]),
    consumers: gauge("mooring_consumers", "Pods on this node that use the mount through a hostPath volume.", ["mount"]),
    rescued: counter("mooring_rescued_files_total", "Shadowed files moved into the volume.", ["mount"]),
    tracesDropped: counter(
      "mooring_traces_dropped_total",
      "Messages of the keeper that were too many to be taken.",
      [],
    ),
    kubernetesRequests: counter("mooring_kubernetes_requests_total", "Requests to the API server.", [
      "verb",
      "outcome",
    ]),
    buildInfo: gauge("mooring_build_info", "1, labelled with the version of the agent.", ["version"]),
    residentBytes: gauge("process_resident_memory_bytes", "Memory of the agent that is in RAM.", []),
    cpuSeconds: counter("process_cpu_seconds_total", "User and system CPU time of the agent.", []),
    openFds: gauge("process_open_fds", "Descriptors that the agent holds open.", []),
    startTime: gauge("process_start_time_seconds", "When the agent started, in seconds since the epoch.", []),
  };
};

export type Instruments = ReturnType<typeof makeInstruments>;
