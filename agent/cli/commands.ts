import type { Command } from "./command.ts";

/** A command as the front door knows it: enough for help and typing errors, the code only when it is chosen. */
export interface CommandEntry {
  name: string;
  summary: string;
  /** Started by the agent itself, not by people: left out of help and suggestions. */
  hidden?: true;
  load(): Promise<Command>;
}

/** In the order of the help text. Adding a command is one line here and one file beside this one. */
export const commands: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "hold the mounts, serve HTTP, report to Kubernetes when in a cluster",
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: "check",
    summary: "validate the configuration and print what it comes to",
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "volume-child",
    summary: "look at one volume and answer",
    hidden: true,
    load: async () => (await import("./volume-child.ts")).volumeChild,
  },
  {
    name: "volume-sync",
    summary: "write out what one volume has in memory",
    hidden: true,
    load: async () => (await import("./volume-sync.ts")).volumeSync,
  },
  {
    name: "wait",
    summary: "wait until volumes are mounted and ready (for init containers)",
    load: async () => (await import("./wait.ts")).wait,
  },
  {
    name: "wait-look",
    summary: "look at one path again and again",
    hidden: true,
    load: async () => (await import("./wait-look.ts")).waitLook,
  },
  {
    name: "status",
    summary: "show the mounts that the agent holds",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "doctor",
    summary: "examine this node: propagation, stacks, stale binds, orphans, who sees what",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "release",
    summary: "unmount what the configuration names, leave locked bare directories",
    load: async () => (await import("./release.ts")).release,
  },
  {
    name: "uninstall",
    summary: "delete the workload and wait until every agent has released its node",
    load: async () => (await import("./uninstall.ts")).uninstall,
  },
  { name: "version", summary: "print the version", load: async () => (await import("./version.ts")).version },
];
