import { version } from "../build.ts";
import { count, sayDuration } from "../say.ts";
import type { Tellers } from "./telling.ts";

/** The agent itself: its configuration, its port, its log, its end. */
export const agent = {
  started: ({ mounts, kernel, fallbacks }) => {
    const how = fallbacks.length === 0 ? "" : `; this kernel needs fallbacks: ${fallbacks.join(", ")}`;
    return {
      level: fallbacks.length === 0 ? "info" : "warn",
      message: `mooring ${version}, holding ${count(mounts, "mount")} on Linux ${kernel}${how}`,
      version,
      mounts,
      kernel,
      fallbacks,
    };
  },
  configReloaded: ({ path, mounts }) => ({
    level: "info",
    message: `read ${path} again: ${count(mounts, "mount")}`,
    path,
    mounts,
  }),
  configRejected: ({ path, problems }) => {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    const why = problems[0] ?? "no reason given";
    return {
      level: "error",
      message: `kept the old configuration; ${path} is refused: ${why}${more}`,
      path,
      problems,
    };
  },
  newPodNeeded: ({ keys }) => ({
    level: "warn",
    message: `a new pod is needed for what changed in ${keys.join(", ")}; this one goes on under its old names`,
    keys,
  }),
  listening: (trace) => ({ level: "info", message: `listening on ${trace.url}`, url: trace.url }),
  listenFailed: ({ host, port, why }) => {
    const message = `cannot listen on ${host} port ${port}: ${why}; the mounts are held all the same, and it is tried again`;
    return { level: "error", message, host, port, why };
  },
  stopping: ({ signal, policy }) => {
    const what = policy === "keep" ? "the mounts stay as they are" : "the mounts are released first";
    return { level: "info", message: `${signal}: stopping; ${what}`, signal, policy };
  },
  stopped: (trace) => ({
    level: "info",
    message: `stopped after ${sayDuration(trace.afterMs)}`,
    afterMs: trace.afterMs,
  }),
  keeperDied: (trace) => ({
    level: "fatal",
    message: "the keeper died; nothing watches the mounts, so the agent exits to be started anew",
    error: trace.error,
  }),
  tracesDropped: (trace) => {
    const message = `the keeper had more to say than could be taken: ${count(trace.count, "message")} dropped`;
    return { level: "warn", message, count: trace.count };
  },
  logFileFailed: ({ path, code, message: error }) => {
    const message = `cannot write the log file ${path}: ${error}; its lines go on to standard output, and it is tried again`;
    return { level: "error", message, path, code, error };
  },
  logLinesDropped: ({ to, count: lines }) => ({
    level: "warn",
    message: `${to} was full or stuck: ${count(lines, "line")} of the log dropped`,
    to,
    count: lines,
  }),
} satisfies Partial<Tellers>;
