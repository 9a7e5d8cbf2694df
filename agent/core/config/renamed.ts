import type { Config } from "./config.ts";

/** The names under which records in volumes and marks on the node are found again. */
const names = ["instance", "label", "condition"] as const;

/** Keys that a configuration read later has otherwise, and that an agent cannot change: it has one set of names for life. */
export const renamedKeys = (first: Config, later: Config): string[] =>
  names.filter((name) => first.kubernetes[name] !== later.kubernetes[name]).map((name) => `kubernetes.${name}`);
