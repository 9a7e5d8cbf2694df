import type { Condition, Reason, State } from "../../../agent/core/condition.ts";
import type { TraceBody } from "../../../agent/core/trace.ts";

export const condition = (state: State, reason: Reason): Condition => ({
  mount: "dumps",
  state,
  reason,
  message: "because",
  since: 0,
});
export const error = {
  op: "move_mount",
  path: "/t",
  code: "EPERM",
  message: "move_mount /t: EPERM (the agent needs CAP_SYS_ADMIN)",
};
export const mount = "dumps";

/** Every kind of trace, most of them more than once. */
export const cases: [TraceBody, said: string][] = [
  [
    { kind: "started", mounts: 1, kernel: "6.12", fallbacks: [] },
    "info: mooring 0.0.0+source, holding 1 mount on Linux 6.12",
  ],
  [
    { kind: "started", mounts: 2, kernel: "5.10", fallbacks: ["bind and remount", "detach before attach"] },
    "warn: mooring 0.0.0+source, holding 2 mounts on Linux 5.10; this kernel needs fallbacks: bind and remount, detach before attach",
  ],
  [
    { kind: "conditionChanged", mount, from: null, to: condition("Unknown", "NotYetVerified") },
    "info: dumps: Unknown/NotYetVerified: because",
  ],
  [
    { kind: "conditionChanged", mount, from: condition("Healthy", "Verified"), to: condition("Hung", "ProbeTimeout") },
    "error: dumps: Healthy → Hung/ProbeTimeout: because",
  ],
  [
    { kind: "conditionChanged", mount, from: condition("Hung", "ProbeTimeout"), to: condition("Healthy", "Verified") },
    "info: dumps: Hung → Healthy/Verified: because",
  ],
  [
    { kind: "conditionChanged", mount, from: null, to: condition("Degraded", "BytesLow") },
    "warn: dumps: Degraded/BytesLow: because",
  ],
  [
    { kind: "conditionChanged", mount, from: null, to: condition("Waiting", "HeldByAnotherAgent") },
    "warn: dumps: Waiting/HeldByAnotherAgent: because",
  ],
  [
    { kind: "conditionChanged", mount, from: null, to: condition("Absent", "Released") },
    "info: dumps: Absent/Released: because",
  ],
  [{ kind: "attached", mount, how: "attached", durationMs: 0.3, outageMs: 0 }, "info: dumps: attached in 300 µs"],
  [
    { kind: "attached", mount, how: "adopted", durationMs: 0, outageMs: 0 },
    "info: dumps: adopted the mount that was there, untouched",
  ],
  [
    { kind: "attached", mount, how: "healed", durationMs: 0.096, outageMs: 1500 },
    "warn: dumps: healed in 96 µs; it was away for 1.5 s",
  ],
  [
    { kind: "attached", mount, how: "replaced", durationMs: 0, outageMs: 0 },
    "warn: dumps: replaced what lay on the target",
  ],
  [
    { kind: "attached", mount, how: "uncovered", durationMs: 2, outageMs: 2 },
    "warn: dumps: detached what lay on top of the right mount in 2.0 ms; it was away for 2.0 ms",
  ],
  [
    { kind: "actionFailed", mount, action: "heal", error: { ...error, code: "EAGAIN" }, retryInMs: 50 },
    "warn: dumps: heal failed: move_mount /t: EPERM (the agent needs CAP_SYS_ADMIN); trying again in 50 ms",
  ],
  [
    { kind: "actionFailed", mount, action: "heal", error, retryInMs: 50, again: true },
    "debug: dumps: heal failed: move_mount /t: EPERM (the agent needs CAP_SYS_ADMIN); trying again in 50 ms",
  ],
  [
    { kind: "actionFailed", mount, action: "heal", error, retryInMs: 50 },
    "error: dumps: heal failed: move_mount /t: EPERM (the agent needs CAP_SYS_ADMIN); trying again in 50 ms",
  ],
  [
    { kind: "recoveryTimeout", mount, afterMs: 60_000 },
    "error: dumps: not recovered after 1 min; it keeps trying, at the longest backoff",
  ],
  [
    { kind: "bareDirectoryLocked", mount, immutable: true },
    "info: dumps: locked the bare directory, mode 0000 and immutable",
  ],
  [
    { kind: "bareDirectoryLocked", mount, immutable: false },
    "warn: dumps: locked the bare directory, mode 0000 only: its file system has no immutable flag, or the agent lacks CAP_LINUX_IMMUTABLE; root can still write there while the mount is away",
  ],
  [
    { kind: "orphanFound", target: "/host/old", instance: "mooring", holder: "pod-a (pid 1)", ours: true },
    "info: /host/old: no configuration names this mount of pod-a (pid 1), which is gone; it is released once everything that is configured has been looked at",
  ],
  [
    { kind: "orphanFound", target: "/host/old", instance: "theirs", holder: "pod-a (pid 1)", ours: false },
    "warn: /host/old: no configuration names this mount of pod-a (pid 1), which is gone; it is left, as it belongs to instance theirs: run mooring release with the configuration of that one, or unmount it",
  ],
  [
    { kind: "unstacked", mount, from: 3, to: 1 },
    "warn: dumps: 3 mounts of the same directory lay on the target; brought down to 1, nobody lost it",
  ],
  [
    { kind: "optionsRestored", mount, was: ["rw", "suid"] },
    "warn: dumps: put its mount options right; somebody had remounted it rw,suid",
  ],
  [
    { kind: "optionsRestored", mount, was: [] },
    "warn: dumps: put its mount options right; somebody had remounted it without any",
  ],
  [
    { kind: "connectionAborted", mount, fsType: "fuse.s3fs", connection: 321, waiting: 2 },
    "warn: dumps: aborted the fuse.s3fs connection that does not answer, as onHang says; 2 requests failed, and so does everything on it until it is mounted anew",
  ],
  [{ kind: "released", mount }, "info: dumps: released; its target is a bare directory now"],
  [{ kind: "purged", mount, why: null }, "info: dumps: removed the bare directory"],
  [{ kind: "purged", mount, why: "files are in it" }, "warn: dumps: the bare directory stays locked: files are in it"],
  [{ kind: "probed", mount, ok: true, durationMs: 3.2, problem: null }, "debug: dumps: the volume answered (3.2 ms)"],
  [
    { kind: "probed", mount, ok: false, durationMs: 5000, problem: "EIO" },
    "warn: dumps: the volume failed its probe: EIO (5.0 s)",
  ],
  [
    { kind: "probed", mount, ok: false, durationMs: 5000, problem: "EIO", again: true },
    "debug: dumps: the volume failed its probe: EIO (5.0 s)",
  ],
  [
    { kind: "probed", mount, ok: false, durationMs: 1, problem: null },
    "warn: dumps: the volume failed its probe: no reason given (1.0 ms)",
  ],
  [
    { kind: "probeStuck", mount, forMs: 5000 },
    "warn: dumps: the volume has not answered for 5.0 s; no second probe is started beside this one",
  ],
  [{ kind: "probeAnswered", mount, afterMs: 90_000 }, "warn: dumps: the volume answered at last, after 1 min 30 s"],
  [{ kind: "volumeNew", mount, uuid: "u" }, "info: dumps: marked a volume that is new here as u"],
  [
    { kind: "volumeChanged", mount, from: "u", to: "v" },
    "warn: dumps: another volume than before: v, was u; taken as a restored or a new one",
  ],
  [{ kind: "configReloaded", path: "/c.yaml", mounts: 2 }, "info: read /c.yaml again: 2 mounts"],
  [
    { kind: "configRejected", path: "/c.yaml", problems: ["a: is missing", "b: is missing"] },
    "error: kept the old configuration; /c.yaml is refused: a: is missing (and 1 more)",
  ],
  [
    { kind: "configRejected", path: "/c.yaml", problems: [] },
    "error: kept the old configuration; /c.yaml is refused: no reason given",
  ],
  [{ kind: "listening", url: "http://[::]:8000/" }, "info: listening on http://[::]:8000/"],
  [
    { kind: "listenFailed", host: "::", port: 80, why: "in use" },
    "error: cannot listen on :: port 80: in use; the mounts are held all the same, and it is tried again",
  ],
  [{ kind: "stopping", signal: "SIGTERM", policy: "keep" }, "info: SIGTERM: stopping; the mounts stay as they are"],
  [{ kind: "stopping", signal: "SIGINT", policy: "release" }, "info: SIGINT: stopping; the mounts are released first"],
  [{ kind: "stopped", afterMs: 12 }, "info: stopped after 12 ms"],
  [
    { kind: "keeperDied", error: "stack" },
    "fatal: the keeper died; nothing watches the mounts, so the agent exits to be started anew",
  ],
  [
    { kind: "kubernetesRequest", verb: "get", outcome: "403", durationMs: 12 },
    "debug: asked the API server: get, 403 (12 ms)",
  ],
  [
    { kind: "kubernetesFailing", part: "marks", why: "no answer in time" },
    "warn: the node cannot be told how its mounts are: no answer in time; the mounts need none of it",
  ],
  [
    { kind: "kubernetesFailing", part: "consumers", why: "403: no" },
    "warn: who uses the mounts cannot be told: 403: no; the mounts need none of it",
  ],
  [
    { kind: "kubernetesFailing", part: "events", why: "403: no" },
    "warn: Events cannot be written: 403: no; the mounts need none of it",
  ],
  [
    { kind: "kubernetesBack", part: "marks", afterMs: 120_000 },
    "info: the node says how its mounts are again, after 2 min",
  ],
  [
    { kind: "nodeMarked", node: "worker-1", label: "ready", reason: "MountsReady" },
    "info: marked node worker-1 as ready (MountsReady)",
  ],
  [
    { kind: "nodeMarksHeld", holder: "other (pod a/b)", names: ["volume-mounts", "VolumeMountsReady"] },
    "warn: volume-mounts and VolumeMountsReady of this node belong to another agent, other (pod a/b); this one leaves them alone: give it kubernetes.label and kubernetes.condition of its own",
  ],
  [{ kind: "startupTaintRemoved", taint: "a:NoSchedule" }, "info: removed the startup taint a:NoSchedule"],
  [{ kind: "consumerAtRisk", mount, pod: "a/b", risk: "CannotFollow", advice: "do this" }, "warn: dumps: do this"],
  [
    { kind: "directoryRefused", pod: "a/b", why: "goes up" },
    "warn: pod a/b asks for a directory that it does not get: goes up",
  ],
  [
    { kind: "rescued", mount, files: 3, bytes: 2048, elsewhere: 0, folder: null },
    "info: dumps: moved 3 files (2.00 KiB) that lay hidden under the mount into the volume",
  ],
  [
    {
      kind: "rescued",
      mount,
      files: 3,
      bytes: 2048,
      elsewhere: 1,
      folder: ".mooring/nodes/a/rescued/20260503T020100Z",
    },
    "warn: dumps: moved 3 files (2.00 KiB) that lay hidden under the mount into the volume; 1 whose name was taken there lie in .mooring/nodes/a/rescued/20260503T020100Z",
  ],
  [
    {
      kind: "rescueLeft",
      mount,
      left: { busy: 2, noRoom: 1, special: 0, failed: 0 },
      example: "app/log is being written",
    },
    "warn: dumps: files stay hidden under the mount: 2 being written, 1 too large for what the volume has left; for one, app/log is being written; tried again later",
  ],
  [
    {
      kind: "rescueLeft",
      mount,
      left: { busy: 0, noRoom: 0, special: 1, failed: 1 },
      example: "pipe is a device, FIFO or socket",
      again: true,
    },
    "debug: dumps: files stay hidden under the mount: 1 neither file nor link, 1 not to be moved; for one, pipe is a device, FIFO or socket; tried again later",
  ],
  [{ kind: "exitDecided", policy: "keep", why: "because" }, "info: the mounts stay: because"],
  [
    { kind: "syncFailed", mount, why: "syncfs /t: EIO" },
    "warn: dumps: what was written last may not have reached the storage yet: syncfs /t: EIO; it is released all the same, and the kernel goes on writing",
  ],
  [{ kind: "exitDecided", policy: "release", why: "because" }, "info: the mounts are released: because"],
  [
    { kind: "waitingForConsumers", pods: ["a/b"], withinMs: 110_000 },
    "info: waiting up to 1 min 50 s until the mounts are not used any more by 1 pod: a/b",
  ],
  [
    { kind: "releasedInUse", mount, pods: ["a", "b", "c", "d", "e", "f", "g"] },
    "warn: dumps: released while 7 pods still used it, so the volume stays busy until they end: a, b, c, d, e and 2 more",
  ],
  [{ kind: "tracesDropped", count: 1 }, "warn: the keeper had more to say than could be taken: 1 message dropped"],
  [
    { kind: "logFileFailed", path: "/l", code: "ENOSPC", message: "no space" },
    "error: cannot write the log file /l: no space; its lines go on to standard output, and it is tried again",
  ],
  [
    { kind: "logLinesDropped", to: "standard output", count: 7 },
    "warn: standard output was full or stuck: 7 lines of the log dropped",
  ],
];
