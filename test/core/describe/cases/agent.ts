import type { TraceBody } from "../../../../agent/core/trace.ts";

/** Said of the agent itself. */
export const agent: [TraceBody, said: string][] = [
  [
    { kind: "started", mounts: 1, kernel: "6.12", fallbacks: [] },
    "info: mooring 0.0.0+source, holding 1 mount on Linux 6.12",
  ],
  [
    { kind: "started", mounts: 2, kernel: "5.10", fallbacks: ["bind and remount", "detach before attach"] },
    "warn: mooring 0.0.0+source, holding 2 mounts on Linux 5.10; this kernel needs fallbacks: bind and remount, detach before attach",
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
  [
    { kind: "newPodNeeded", keys: ["kubernetes.label", "kubernetes.condition"] },
    "warn: a new pod is needed for what changed in kubernetes.label, kubernetes.condition; this one goes on under its old names",
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
