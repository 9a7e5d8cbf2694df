import type { Mount } from "../config/config.ts";
import type { HostPathMount, PodView } from "./pod.ts";

/** How a pod gets at a managed mount: it shows the directory above it, the mount point itself, or a directory within. */
export type Way = "parent" | "point" | "below";

/** A pod that uses a mount through a hostPath volume, and how. */
export interface Reach {
  mount: string;
  way: Way;
  through: HostPathMount;
}

/**
 * Directories of the node that are shown to watch the node, not to use a mount in them: a node exporter shows `/`. They are no
 * consumers, or a release would wait for each of them. The chart refuses host paths right below them.
 */
export const nodeDirectories: ReadonlySet<string> = new Set([
  "/",
  "/var",
  "/var/lib",
  "/var/lib/kubelet",
  "/var/log",
  "/var/run",
  "/etc",
  "/home",
  "/media",
  "/mnt",
  "/opt",
  "/proc",
  "/root",
  "/run",
  "/srv",
  "/sys",
  "/tmp",
  "/usr",
]);

/**
 * Every way in which a pod uses one of the mounts; none when it is no consumer. Whoever mounts Bidirectional makes mounts, as
 * another agent does; an application cannot, short of being privileged.
 */
export const reachesOf = (pod: PodView, mounts: readonly Mount[]): Reach[] =>
  pod.mounts
    .filter(({ propagation }) => propagation !== "Bidirectional")
    .flatMap((through) =>
      mounts.flatMap(({ name, hostPath }) => {
        const way = wayOf(through.path, hostPath);
        return way === null ? [] : [{ mount: name, way, through }];
      }),
    );

const wayOf = (path: string, hostPath: string): Way | null => {
  if (path === hostPath) return "point";
  if (path.startsWith(`${hostPath}/`)) return "below";
  return hostPath.startsWith(`${path}/`) && !nodeDirectories.has(path) ? "parent" : null;
};

/** A time in which a mount was away: milliseconds since the epoch. From the beginning of time when nobody saw it begin. */
export interface Gap {
  from: number;
  to: number;
}

export interface Risk {
  risk: "OnBareDirectory" | "CannotFollow";
  /** One sentence with the way out. */
  advice: string;
}

/**
 * What a consumer will not see, as measured with a real kubelet (docs/kubernetes.md has the table); null when all is well.
 * A container's view is made shortly before it starts, and its start is told in whole seconds.
 */
export const riskOf = (pod: PodView, { way, through }: Reach, hostPath: string, gaps: readonly Gap[]): Risk | null => {
  const { container, path, propagation, startedAt } = through;
  const parent = hostPath.slice(0, hostPath.lastIndexOf("/")) || "/";
  const who = `container ${container} of pod ${pod.namespace}/${pod.name} shows ${path}`;
  const cure = `mount the parent ${parent} with mountPropagation: HostToContainer`;
  const follows = propagation !== "None" && way !== "below";
  if (
    startedAt !== null &&
    !follows &&
    gaps.some(({ from, to }) => from + MARGIN_MS <= startedAt && startedAt + MARGIN_MS <= to)
  )
    return {
      risk: "OnBareDirectory",
      advice: `${who} and started while nothing was mounted there, so it stays on the bare directory for ever: restart it, and ${cure}`,
    };
  if (way === "below" || (way === "parent" && follows)) return null;
  const why = follows
    ? "the mount point itself, so it does not follow a replaced volume"
    : "without propagation, so it never sees a healed mount";
  return { risk: "CannotFollow", advice: `${who} ${why}: ${cure}` };
};

const MARGIN_MS = 2000;
