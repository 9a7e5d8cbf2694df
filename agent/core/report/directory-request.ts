import type { Directory, Mount } from "../config/config.ts";
import { pathInVolume } from "../config/path.ts";
import { type Problem, placeOf, quote } from "../config/problem.ts";
import { annotationPrefix } from "./node-view.ts";
import type { PodView } from "./pod.ts";
import type { Reach } from "./reach.ts";

/** A pod asks for directories with it: `path` or `mount:path`, separated by commas. */
export const directoryAnnotation = `${annotationPrefix}directory`;

/** Directories that pods ask for, by the name of the mount. */
export interface DirectoryRequest {
  mount: string;
  directory: Directory;
}

/** More is no application's dump folder; every probe looks at each of them. */
const mostPerPod = 8;
const OWNED_MODE = 0o770;

/**
 * The directories that a consumer asks for, owned as its containers run. Only in mounts that it can reach; one that is refused is
 * told with the reason. Whoever asks first owns a directory: an existing one is left as it is (see the volume child).
 */
export const directoriesFor = (
  pod: PodView,
  reaches: readonly Reach[],
  mounts: readonly Mount[],
): { requests: DirectoryRequest[]; refused: string[] } => {
  const text = pod.annotations[directoryAnnotation];
  if (text === undefined || text.trim() === "") return { requests: [], refused: [] };
  const problems: Problem[] = [];
  const at = placeOf(problems, directoryAnnotation);
  const asked = text.split(",").map((each) => each.trim());
  if (asked.length > mostPerPod) at.problem(`names ${asked.length} directories; want at most ${mostPerPod}`);
  const reachable = mounts.filter(({ name, source }) => source !== null && reaches.some(({ mount }) => mount === name));
  const requests = asked.slice(0, mostPerPod).flatMap((each): DirectoryRequest[] => {
    const named = /^([^:/]*):(.*)$/s.exec(each);
    const within = named === null ? reachable : reachable.filter(({ name }) => name === named[1]);
    if (within.length === 0) {
      at.problem(`asks for ${quote(each)}, in a mount that the pod has no hostPath volume of`);
      return [];
    }
    const path = pathInVolume(named?.[2] ?? each, at);
    return path === undefined
      ? []
      : within.map(({ name }) => ({ mount: name, directory: { path, ...ownerFor(pod, reaches, name) } }));
  });
  return { requests, refused: problems.map(({ path, message }) => `${path} ${message}`) };
};

/** As Kubernetes decides it: a container's own setting before the pod's, and the group that volumes are meant to have. */
const ownerFor = (pod: PodView, reaches: readonly Reach[], mount: string): Omit<Directory, "path"> => {
  const through = reaches.filter((reach) => reach.mount === mount).map((reach) => reach.through);
  const uid = idOf(through.find(({ runAsUser }) => runAsUser !== null)?.runAsUser ?? pod.runAsUser);
  const gid = idOf(pod.fsGroup ?? through.find(({ runAsGroup }) => runAsGroup !== null)?.runAsGroup ?? pod.runAsGroup);
  return { uid, gid, mode: uid === null && gid === null ? null : OWNED_MODE };
};

/** 2^32-1 means "leave as it is" to chown(2). */
const idOf = (id: number | null): number | null =>
  id !== null && Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1 ? id : null;
