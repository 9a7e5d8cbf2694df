import { readFileSync } from "node:fs";

/** Its own time, and that of the children it has waited for: proc_pid_stat(5), in the kernel's ticks of 10 ms. */
export const cpuSeconds = (pid: number): { own: number; children: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / 100, children: (childUser + childSystem) / 100 };
};

/** Of /proc/PID/smaps_rollup. */
export const mebibytes = (pid: number, key: "Rss" | "Anonymous"): number => {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
  return Number(found?.[1]) / 1024;
};
