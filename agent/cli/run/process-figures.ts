import { readdirSync } from "node:fs";
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
