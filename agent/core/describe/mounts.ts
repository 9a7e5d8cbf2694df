import { type Condition, serves } from "../condition.ts";
import { count, sayDuration } from "../say.ts";
import type { Attachment } from "../trace.ts";
import type { Level, Tellers } from "./telling.ts";

/** What became of a mount, and of the bare directory under it. */
export const mounts = {
  conditionChanged: ({ mount, from, to }) => ({
    level: gravity(to),
    message: `${mount}: ${from === null ? "" : `${from.state} → `}${to.state}/${to.reason}: ${to.message}`,
    mount,
    state: to.state,
    reason: to.reason,
    fromState: from?.state ?? null,
    fromReason: from?.reason ?? null,
  }),
  attached: ({ mount, how, durationMs, outageMs }) => {
    // 0: nobody noticed when it began, at the start of the agent for one.
    const took = durationMs > 0 ? ` in ${sayDuration(durationMs)}` : "";
    const away = outageMs > 0 ? `; it was away for ${sayDuration(outageMs)}` : "";
    return {
      // Somebody took a mount away or covered it: put right, and yet somebody should know.
      level: how === "attached" || how === "adopted" ? "info" : "warn",
      message: `${mount}: ${attachments[how]}${took}${away}`,
      mount,
      how,
      durationMs,
      outageMs,
    };
  },
  actionFailed: ({ mount, action, error, retryInMs, again = false }) => ({
    level: again ? "debug" : changedMeanwhile.has(error.code) ? "warn" : "error",
    message: `${mount}: ${action} failed: ${error.message}; trying again in ${sayDuration(retryInMs)}`,
    mount,
    action,
    op: error.op,
    path: error.path,
    code: error.code,
    error: error.message,
    retryInMs,
  }),
  recoveryTimeout: ({ mount, afterMs }) => {
    const message = `${mount}: not recovered after ${sayDuration(afterMs)}; it keeps trying, at the longest backoff`;
    return { level: "error", message, mount, afterMs };
  },
  bareDirectoryLocked: ({ mount, immutable }) => {
    const how = immutable
      ? "mode 0000 and immutable"
      : "mode 0000 only: its file system has no immutable flag, or the agent lacks CAP_LINUX_IMMUTABLE; " +
        "root can still write there while the mount is away";
    return {
      level: immutable ? "info" : "warn",
      message: `${mount}: locked the bare directory, ${how}`,
      mount,
      immutable,
    };
  },
  unstacked: ({ mount, from, to }) => {
    const message = `${mount}: ${count(from, "mount")} of the same directory lay on the target; brought down to ${to}, nobody lost it`;
    return { level: "warn", message, mount, from, to };
  },
  optionsRestored: ({ mount, was }) => {
    const message = `${mount}: put its mount options right; somebody had remounted it ${was.join(",") || "without any"}`;
    return { level: "warn", message, mount, was };
  },
  orphanFound: ({ target, instance, holder, ours }) => {
    const way = ours
      ? "it is released once everything that is configured has been looked at"
      : `it is left, as it belongs to instance ${instance}: run mooring release with the configuration of that one, or unmount it`;
    const message = `${target}: no configuration names this mount of ${holder}, which is gone; ${way}`;
    return { level: ours ? "info" : "warn", message, target, instance, holder, ours };
  },
  connectionAborted: ({ mount, fsType, connection, waiting }) => {
    const message = `${mount}: aborted the ${fsType} connection that does not answer, as onHang says; ${count(waiting, "request")} failed, and so does everything on it until it is mounted anew`;
    return { level: "warn", message, mount, fsType, connection, waiting };
  },
  released: (trace) => ({
    level: "info",
    message: `${trace.mount}: released; its target is a bare directory now`,
    mount: trace.mount,
  }),
  purged: ({ mount, why }) => {
    const message = why === null ? "removed the bare directory" : `the bare directory stays locked: ${why}`;
    return { level: why === null ? "info" : "warn", message: `${mount}: ${message}`, mount, why };
  },
} satisfies Partial<Tellers>;

/** What was planned was overtaken by somebody else; the next try sees how things are now. */
const changedMeanwhile: ReadonlySet<string> = new Set(["EAGAIN", "ESTALE"]);

const attachments: Record<Attachment, string> = {
  attached: "attached",
  adopted: "adopted the mount that was there, untouched",
  healed: "healed",
  replaced: "replaced what lay on the target",
  uncovered: "detached what lay on top of the right mount",
};

/** What consumers cannot use is an error, unless it was to be expected: not looked at yet, or let go on purpose. */
const gravity = (to: Condition): Level => {
  if (to.state === "Healthy") return "info";
  if (serves(to.state) || to.state === "Waiting") return "warn";
  return to.reason === "NotYetVerified" || to.reason === "Released" ? "info" : "error";
};
