import { version } from "./build.ts";
import { type Condition, serves } from "./condition.ts";
import { printable } from "./printable.ts";
import { sayLeft } from "./rescue.ts";
import { count, sayBytes, sayDuration } from "./say.ts";
import type { Attachment, KubernetesPart, Trace } from "./trace.ts";

export type Level = "debug" | "info" | "warn" | "error" | "fatal";

/** A Trace as it is told: one sentence for people, and the same in fields for machines. */
export interface Description {
  level: Level;
  /** One line, safe to print anywhere. */
  message: string;
  /** Named as in the Trace, durations in milliseconds; `event` is the Trace's kind. */
  fields: Record<string, Field>;
}
export type Field = string | number | boolean | null | readonly string[];

/** The one place where a Trace becomes words: logs and events say the same thing in the same way. */
export const describe = (trace: Trace): Description => {
  const { level, message, ...fields } = tell(trace);
  return { level, message: printable(message), fields: { event: trace.kind, ...bounded(fields) } };
};

type Telling = { level: Level; message: string } & Record<string, Field>;

const tell = (trace: Trace): Telling => {
  switch (trace.kind) {
    case "started": {
      const { mounts, kernel, fallbacks } = trace;
      const how = fallbacks.length === 0 ? "" : `; this kernel needs fallbacks: ${fallbacks.join(", ")}`;
      return {
        level: fallbacks.length === 0 ? "info" : "warn",
        message: `mooring ${version}, holding ${count(mounts, "mount")} on Linux ${kernel}${how}`,
        version,
        mounts,
        kernel,
        fallbacks,
      };
    }
    case "conditionChanged": {
      const { mount, from, to } = trace;
      return {
        level: gravity(to),
        message: `${mount}: ${from === null ? "" : `${from.state} → `}${to.state}/${to.reason}: ${to.message}`,
        mount,
        state: to.state,
        reason: to.reason,
        fromState: from?.state ?? null,
        fromReason: from?.reason ?? null,
      };
    }
    case "attached": {
      const { mount, how, durationMs, outageMs } = trace;
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
    }
    case "actionFailed": {
      const { mount, action, error, retryInMs, again = false } = trace;
      return {
        level: again ? "debug" : changedMeanwhile.has(error.code) ? "warn" : "error",
        message: `${mount}: ${action} failed: ${error.message}; trying again in ${sayDuration(retryInMs)}`,
        mount,
        action,
        op: error.op,
        path: error.path,
        code: error.code,
        error: error.message,
        retryInMs,
      };
    }
    case "recoveryTimeout": {
      const { mount, afterMs } = trace;
      const message = `${mount}: not recovered after ${sayDuration(afterMs)}; it keeps trying, at the longest backoff`;
      return { level: "error", message, mount, afterMs };
    }
    case "bareDirectoryLocked": {
      const { mount, immutable } = trace;
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
    }
    case "unstacked": {
      const { mount, from, to } = trace;
      const message = `${mount}: ${count(from, "mount")} of the same directory lay on the target; brought down to ${to}, nobody lost it`;
      return { level: "warn", message, mount, from, to };
    }
    case "optionsRestored": {
      const { mount, was } = trace;
      const message = `${mount}: put its mount options right; somebody had remounted it ${was.join(",") || "without any"}`;
      return { level: "warn", message, mount, was };
    }
    case "orphanFound": {
      const { target, instance, holder, ours } = trace;
      const way = ours
        ? "it is released once everything that is configured has been looked at"
        : `it is left, as it belongs to instance ${instance}: run mooring release with the configuration of that one, or unmount it`;
      const message = `${target}: no configuration names this mount of ${holder}, which is gone; ${way}`;
      return { level: ours ? "info" : "warn", message, target, instance, holder, ours };
    }
    case "connectionAborted": {
      const { mount, fsType, connection, waiting } = trace;
      const message = `${mount}: aborted the ${fsType} connection that does not answer, as onHang says; ${count(waiting, "request")} failed, and so does everything on it until it is mounted anew`;
      return { level: "warn", message, mount, fsType, connection, waiting };
    }
    case "rescued": {
      const { mount, files, bytes, elsewhere, folder } = trace;
      const taken = elsewhere === 0 ? "" : `; ${elsewhere} whose name was taken there lie in ${folder}`;
      const message = `${mount}: moved ${count(files, "file")} (${sayBytes(bytes)}) that lay hidden under the mount into the volume${taken}`;
      return { level: elsewhere === 0 ? "info" : "warn", message, mount, files, bytes, elsewhere, folder };
    }
    case "rescueLeft": {
      const { mount, left, example, again = false } = trace;
      const message = `${mount}: files stay hidden under the mount: ${sayLeft(left)}; for one, ${example}; tried again later`;
      return { level: again ? "debug" : "warn", message, mount, ...left, example };
    }
    case "released":
      return {
        level: "info",
        message: `${trace.mount}: released; its target is a bare directory now`,
        mount: trace.mount,
      };
    case "purged": {
      const { mount, why } = trace;
      const message = why === null ? "removed the bare directory" : `the bare directory stays locked: ${why}`;
      return { level: why === null ? "info" : "warn", message: `${mount}: ${message}`, mount, why };
    }
    case "probed": {
      const { mount, ok, durationMs, problem, again = false } = trace;
      const outcome = ok ? "the volume answered" : `the volume failed its probe: ${problem ?? "no reason given"}`;
      const message = `${mount}: ${outcome} (${sayDuration(durationMs)})`;
      return { level: ok || again ? "debug" : "warn", message, mount, ok, durationMs, problem };
    }
    case "probeStuck": {
      const { mount, forMs } = trace;
      const message = `${mount}: the volume has not answered for ${sayDuration(forMs)}; no second probe is started beside this one`;
      return { level: "warn", message, mount, forMs };
    }
    case "probeAnswered": {
      const { mount, afterMs } = trace;
      return {
        level: "warn",
        message: `${mount}: the volume answered at last, after ${sayDuration(afterMs)}`,
        mount,
        afterMs,
      };
    }
    case "volumeNew": {
      const { mount, uuid } = trace;
      return { level: "info", message: `${mount}: marked a volume that is new here as ${uuid}`, mount, uuid };
    }
    case "volumeChanged": {
      const { mount, from, to } = trace;
      const message = `${mount}: another volume than before: ${to}, was ${from}; taken as a restored or a new one`;
      return { level: "warn", message, mount, from, to };
    }
    case "configReloaded": {
      const { path, mounts } = trace;
      return { level: "info", message: `read ${path} again: ${count(mounts, "mount")}`, path, mounts };
    }
    case "configRejected": {
      const { path, problems } = trace;
      const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
      const why = problems[0] ?? "no reason given";
      return {
        level: "error",
        message: `kept the old configuration; ${path} is refused: ${why}${more}`,
        path,
        problems,
      };
    }
    case "listening":
      return { level: "info", message: `listening on ${trace.url}`, url: trace.url };
    case "listenFailed": {
      const { host, port, why } = trace;
      const message = `cannot listen on ${host} port ${port}: ${why}; the mounts are held all the same, and it is tried again`;
      return { level: "error", message, host, port, why };
    }
    case "stopping": {
      const { signal, policy } = trace;
      const what = policy === "keep" ? "the mounts stay as they are" : "the mounts are released first";
      return { level: "info", message: `${signal}: stopping; ${what}`, signal, policy };
    }
    case "stopped":
      return { level: "info", message: `stopped after ${sayDuration(trace.afterMs)}`, afterMs: trace.afterMs };
    case "keeperDied":
      return {
        level: "fatal",
        message: "the keeper died; nothing watches the mounts, so the agent exits to be started anew",
        error: trace.error,
      };
    case "kubernetesRequest": {
      const { verb, outcome, durationMs } = trace;
      const message = `asked the API server: ${verb}, ${outcome} (${sayDuration(durationMs)})`;
      return { level: "debug", message, verb, outcome, durationMs };
    }
    case "kubernetesFailing": {
      const { part, why } = trace;
      return { level: "warn", message: `${failing[part]}: ${why}; the mounts need none of it`, part, why };
    }
    case "kubernetesBack": {
      const { part, afterMs } = trace;
      return { level: "info", message: `${working[part]} again, after ${sayDuration(afterMs)}`, part, afterMs };
    }
    case "nodeMarked": {
      const { node, label, reason } = trace;
      return { level: "info", message: `marked node ${node} as ${label} (${reason})`, node, label, reason };
    }
    case "nodeMarksHeld": {
      const { holder, names } = trace;
      const message = `${names.join(" and ")} of this node belong to another agent, ${holder}; this one leaves them alone: give it kubernetes.label and kubernetes.condition of its own`;
      return { level: "warn", message, holder, names };
    }
    case "startupTaintRemoved":
      return { level: "info", message: `removed the startup taint ${trace.taint}`, taint: trace.taint };
    case "consumerAtRisk": {
      const { mount, pod, risk, advice } = trace;
      return { level: "warn", message: `${mount}: ${advice}`, mount, pod, risk };
    }
    case "directoryRefused": {
      const { pod, why } = trace;
      return { level: "warn", message: `pod ${pod} asks for a directory that it does not get: ${why}`, pod, why };
    }
    case "exitDecided": {
      const { policy, why } = trace;
      const what = policy === "keep" ? "the mounts stay" : "the mounts are released";
      return { level: "info", message: `${what}: ${why}`, policy, why };
    }
    case "waitingForConsumers": {
      const { pods, withinMs } = trace;
      const message = `waiting up to ${sayDuration(withinMs)} until the mounts are not used any more by ${count(pods.length, "pod")}: ${few(pods)}`;
      return { level: "info", message, pods, withinMs };
    }
    case "syncFailed": {
      const { mount, why } = trace;
      const message = `${mount}: what was written last may not have reached the storage yet: ${why}; it is released all the same, and the kernel goes on writing`;
      return { level: "warn", message, mount, why };
    }
    case "releasedInUse": {
      const { mount, pods } = trace;
      const message = `${mount}: released while ${count(pods.length, "pod")} still used it, so the volume stays busy until they end: ${few(pods)}`;
      return { level: "warn", message, mount, pods };
    }
    case "tracesDropped": {
      const message = `the keeper had more to say than could be taken: ${count(trace.count, "message")} dropped`;
      return { level: "warn", message, count: trace.count };
    }
    case "logFileFailed": {
      const { path, code, message: error } = trace;
      const message = `cannot write the log file ${path}: ${error}; its lines go on to standard output, and it is tried again`;
      return { level: "error", message, path, code, error };
    }
    case "logLinesDropped": {
      const { to, count: lines } = trace;
      return {
        level: "warn",
        message: `${to} was full or stuck: ${count(lines, "line")} of the log dropped`,
        to,
        count: lines,
      };
    }
  }
};

/** What was planned was overtaken by somebody else; the next try sees how things are now. */
const changedMeanwhile: ReadonlySet<string> = new Set(["EAGAIN", "ESTALE"]);

const attachments: Record<Attachment, string> = {
  attached: "attached",
  adopted: "adopted the mount that was there, untouched",
  healed: "healed",
  replaced: "replaced what lay on the target",
  uncovered: "detached what lay on top of the right mount",
};

const failing: Record<KubernetesPart, string> = {
  marks: "the node cannot be told how its mounts are",
  events: "Events cannot be written",
  consumers: "who uses the mounts cannot be told",
};

const working: Record<KubernetesPart, string> = {
  marks: "the node says how its mounts are",
  events: "Events are written",
  consumers: "it is known who uses the mounts",
};

const few = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");

/** What consumers cannot use is an error, unless it was to be expected: not looked at yet, or let go on purpose. */
const gravity = (to: Condition): Level => {
  if (to.state === "Healthy") return "info";
  if (serves(to.state) || to.state === "Waiting") return "warn";
  return to.reason === "NotYetVerified" || to.reason === "Released" ? "info" : "error";
};

const bounded = (fields: Record<string, Field>): Record<string, Field> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, boundedField(value)]));

const boundedField = (value: Field): Field => {
  if (typeof value === "string") return value.slice(0, 4000);
  // Clocks give nanoseconds; a microsecond is as much as anybody asks of a log.
  if (typeof value === "number") return Math.round(value * 1000) / 1000;
  return Array.isArray(value) ? value.slice(0, 50).map((each: string) => each.slice(0, 1000)) : value;
};
