import { describe } from "../describe/describe.ts";
import type { Trace, TraceBody } from "../trace.ts";

/** An Event as it is to be written, once for each object that it is about. */
export interface EventDraft {
  type: "Normal" | "Warning";
  /** CamelCase, for machines. */
  reason: string;
  /** What the agent was doing, CamelCase: events.k8s.io wants it. */
  action: string;
  /** One sentence for people, at most 1024 bytes. */
  note: string;
  /** Drafts with the same key are one Event that happens again. */
  key: string;
}

/** The limit of the API. */
const longestNote = 1024;

/**
 * What of a trace belongs into an Event; null for what only the log tells. Whoever looks at a node wants to know what became
 * of its mounts, not that a probe took 3 ms.
 */
export const eventOf = (trace: Trace): EventDraft | null => {
  const named = nameOf(trace);
  if (named === null) return null;
  const { level, message } = describe(trace);
  const type = level === "info" || level === "debug" ? "Normal" : "Warning";
  const subject = "mount" in trace ? trace.mount : "";
  const key = [named.reason, subject, named.about ?? ""].join(" ");
  return { type, reason: named.reason, action: named.action, note: cut(message), key };
};

type Named = { reason: string; action: string; about?: string };

const nameOf = (trace: TraceBody): Named | null => {
  switch (trace.kind) {
    case "conditionChanged":
      // At its start the agent knows nothing about any mount: that is no news.
      if (trace.to.reason === "NotYetVerified" && trace.from === null) return null;
      return { reason: trace.to.reason, action: "Watch" };
    case "attached":
      return attachments[trace.how];
    case "recoveryTimeout":
      return { reason: "RecoveryTimeout", action: "Heal" };
    case "unstacked":
      return { reason: "MountsUnstacked", action: "Heal" };
    case "optionsRestored":
      return { reason: "OptionsRestored", action: "Heal" };
    case "orphanFound":
      return { reason: "OrphanFound", action: "Release", about: trace.target };
    case "connectionAborted":
      return { reason: "ConnectionAborted", action: "Heal" };
    case "volumeNew":
      return { reason: "VolumeNew", action: "Verify" };
    case "volumeChanged":
      return { reason: "VolumeChanged", action: "Verify" };
    case "rescued":
      return { reason: "FilesRescued", action: "Rescue" };
    case "rescueLeft":
      return trace.again ? null : { reason: "FilesNotRescued", action: "Rescue" };
    case "released":
      return { reason: "MountReleased", action: "Release" };
    case "purged":
      return { reason: trace.why === null ? "BareDirectoryRemoved" : "BareDirectoryStays", action: "Release" };
    case "syncFailed":
      return { reason: "SyncFailed", action: "Release" };
    case "releasedInUse":
      return { reason: "ReleasedInUse", action: "Release" };
    case "configRejected":
      return { reason: "ConfigurationRejected", action: "Reload" };
    case "keeperDied":
      return { reason: "KeeperDied", action: "Watch" };
    case "nodeMarksHeld":
      return { reason: "NodeMarksHeld", action: "Report", about: trace.holder };
    case "consumerAtRisk":
      return { reason: `Consumer${trace.risk}`, action: "Watch", about: trace.pod };
    case "directoryRefused":
      return { reason: "DirectoryRefused", action: "Verify", about: trace.pod };
    default:
      return null;
  }
};

const attachments = {
  attached: { reason: "MountAttached", action: "Attach" },
  adopted: { reason: "MountAdopted", action: "Attach" },
  healed: { reason: "MountHealed", action: "Heal" },
  replaced: { reason: "MountReplaced", action: "Heal" },
  uncovered: { reason: "MountUncovered", action: "Heal" },
} as const;

/** To bytes, never within a character. */
const cut = (message: string): string => {
  let text = message;
  while (Buffer.byteLength(text) > longestNote) text = `${text.slice(0, Math.floor(text.length * 0.9)).trimEnd()}…`;
  return text;
};
