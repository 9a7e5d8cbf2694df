import type { TraceBody } from "../../../../agent/core/trace.ts";
import { condition, error, mount } from "./examples.ts";

/** Said of the mounts. */
export const mounts: [TraceBody, said: string][] = [
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
  [{ kind: "released", mount }, "info: dumps: released; its target is a bare directory now"],
  [{ kind: "purged", mount, why: null }, "info: dumps: removed the bare directory"],
  [{ kind: "purged", mount, why: "files are in it" }, "warn: dumps: the bare directory stays locked: files are in it"],
];
