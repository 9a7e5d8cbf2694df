import { readdirSync, readFileSync } from "node:fs";
import type { ProcessFigures } from "../../http/metrics.ts";

/** What this process costs, from /proc: none of it touches a volume. */
export const processFigures = (): ProcessFigures => {
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    openFds: readdirSync("/proc/self/fd").length,
  };
};

/** How many descriptors this process may hold; Bun has raised that to the hard limit. */
export const descriptorLimit = (): number => {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return soft === undefined || soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
};
