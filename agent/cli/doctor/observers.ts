import { readdir, readFile, readlink } from "node:fs/promises";
import { type MountEntry, parseMountinfo } from "../../core/mountinfo/parse.ts";

/** Processes that share one mount namespace, and so see the same. */
export interface Observer {
  /** The lowest of their process ids, as the looked-at /proc numbers them. */
  pid: number;
  /** Its name, e.g. `java`. */
  command: string;
  /** UID of the pod it belongs to; null outside of Kubernetes. */
  pod: string | null;
  entries: MountEntry[];
}

export interface Observers {
  observers: Observer[];
  processes: number;
  /** Processes that could not be looked at. */
  refused: number;
  /** Every process of the machine is in sight. */
  complete: boolean;
}

/** PROC_PID_INIT_INO in include/linux/proc_ns.h: the PID namespace that the machine was booted with. */
const firstPidNamespace = "pid:[4026531836]";

/** Everybody in a /proc, one for each mount namespace but that of this very process. */
export const observersIn = async (proc: string): Promise<Observers> => {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const own = await readlink("/proc/self/ns/mnt").catch(() => "");
  const namespaces = new Map<string, Observer>();
  let refused = 0;
  for (const pid of pids.toSorted((a, b) => a - b)) {
    const folder = `${proc}/${pid}`;
    try {
      const namespace = await readlink(`${folder}/ns/mnt`);
      if (namespace === own || namespaces.has(namespace)) continue;
      const entries = parseMountinfo(await readFile(`${folder}/mountinfo`));
      namespaces.set(namespace, { pid, command: await nameOf(folder), pod: await podOf(folder), entries });
    } catch (error) {
      // Ended meanwhile, or a kernel thread or zombie; it sees nothing.
      if (!isGone(error)) refused += 1;
    }
  }
  // Its own process is the one that may be looked at by everybody; in another's /proc there is none of that name.
  const scope = await readlink(proc === "/proc" ? "/proc/self/ns/pid" : `${proc}/1/ns/pid`).catch(() => "");
  return {
    observers: [...namespaces.values()],
    processes: pids.length,
    refused,
    complete: scope === firstPidNamespace,
  };
};

const isGone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOENT", "ESRCH", "EINVAL"].includes(String(error.code));

const nameOf = async (folder: string): Promise<string> => (await readFile(`${folder}/comm`, "utf8")).trim();

/** The kubelet names a pod's cgroup after its UID, with underscores where systemd would take dashes for folders. */
const podOf = async (folder: string): Promise<string | null> => {
  const cgroup = await readFile(`${folder}/cgroup`, "utf8");
  return /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})/.exec(cgroup)?.[1]?.replaceAll("_", "-") ?? null;
};
