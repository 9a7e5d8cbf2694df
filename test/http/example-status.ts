import type { Condition, Reason, State } from "../../agent/core/condition.ts";
import type { MountStatus, Status } from "../../agent/core/status.ts";

/** When the examples take place: milliseconds since the epoch. */
export const now = Date.UTC(2026, 4, 3, 2, 1, 0);

/** A healthy mount; every test says what is different in its own. */
export const mountStatus = (name: string, change: Partial<MountStatus> = {}): MountStatus => ({
  name,
  target: `/host/var/lib/mooring/${name}`,
  hostPath: `/var/lib/mooring/${name}`,
  source: `/volumes/${name}`,
  condition: condition(name, "Healthy", "Verified", "the volume reads, writes and is the expected one"),
  attached: true,
  verified: true,
  identity: {
    device: "8:16",
    superDevice: "8:16",
    inode: 9007199254740993n,
    fsType: "ext4",
    source: "/dev/sdb",
    root: "/",
    uuid: "0b8ac2f0-6d3c-4b5e-9f1a-2f6a3d1c9e77",
  },
  options: ["rw", "nosuid", "nodev"],
  stackDepth: 1,
  bareDirectory: { locked: true, immutable: true, shadowed: 0 },
  rescue: null,
  space: { sizeBytes: 100 * 1024 ** 3, availBytes: 58 * 1024 ** 3, files: 6_553_600, filesFree: 6_400_000 },
  consumers: null,
  probe: { lastAt: new Date(now - 12_000).toISOString(), durationMs: 3.2, failures: 0, stuckForMs: null },
  ...change,
});

export const condition = (
  mount: string,
  state: State,
  reason: Reason,
  message: string,
  since = now - 3 * 3_600_000,
): Condition => ({ mount, state, reason, message, since });

/** A mount that consumers cannot use. */
export const absent = (name: string): MountStatus =>
  mountStatus(name, {
    condition: condition(
      name,
      "Absent",
      "SourceNotMounted",
      `no claim is mounted at /volumes/${name}: see whether its pod volume is bound, or set sourceMustBeMount: false`,
      now - 42_000,
    ),
    attached: false,
    verified: false,
    identity: null,
    options: [],
    stackDepth: 0,
    space: null,
    probe: { lastAt: new Date(now - 4000).toISOString(), durationMs: 8.4, failures: 7, stuckForMs: null },
  });

export const statusOf = (mounts: MountStatus[], change: Partial<Status> = {}): Status => ({
  version: "0.1.0+2bf2f57c01",
  instance: "storage-mooring",
  node: "worker-2",
  pod: "mooring-0",
  startedAt: new Date(now - 9.2 * 86_400_000).toISOString(),
  ready: mounts.every(({ attached, verified }) => attached && verified),
  kernel: { release: "6.12.43", fallbacks: [] },
  config: {
    path: "/etc/mooring/mooring.yaml",
    loadedAt: new Date(now - 9.2 * 86_400_000).toISOString(),
    rejected: [],
  },
  mounts,
  ...change,
});
