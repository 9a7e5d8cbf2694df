import type { LocalVolume } from "../config/config.ts";
import { fieldsOf, itemsOf, numberOf, textOf, textsOf, timeOf } from "../untrusted.ts";

/** What the agent keeps of a pod that uses a mount. Of every other pod it keeps the name's length in memory: nothing. */
export interface PodView {
  uid: string;
  namespace: string;
  name: string;
  /** It will not run any more: no container of it holds anything. */
  finished: boolean;
  annotations: Readonly<Record<string, string>>;
  runAsUser: number | null;
  runAsGroup: number | null;
  fsGroup: number | null;
  mounts: HostPathMount[];
}

/** One place in one container that shows a directory of the node. */
export interface HostPathMount {
  container: string;
  /** As the node names it, with the sub path; normalised. */
  path: string;
  /** Where the container has something else mounted in it, as the node names it. */
  within: string[];
  propagation: "None" | "HostToContainer" | "Bidirectional";
  /** Milliseconds since the epoch; null while the container does not run. */
  startedAt: number | null;
  runAsUser: number | null;
  runAsGroup: number | null;
}

/** Reads a pod as the API server gives it; null when it is none. Of claims, only those of `localVolumes` show the node. */
export const readPod = (body: unknown, localVolumes: readonly LocalVolume[] = []): PodView | null => {
  const { metadata, spec, status } = fieldsOf(body);
  const { uid, namespace, name, annotations } = fieldsOf(metadata);
  if (textOf(uid) === null || textOf(name) === null) return null;
  const { phase } = fieldsOf(status);
  return {
    uid: String(uid),
    namespace: textOf(namespace) ?? "",
    name: String(name),
    finished: phase === "Succeeded" || phase === "Failed",
    annotations: textsOf(annotations),
    ...owners(fieldsOf(spec).securityContext),
    fsGroup: numberOf(fieldsOf(fieldsOf(spec).securityContext).fsGroup),
    mounts: hostPathMounts(
      fieldsOf(spec),
      fieldsOf(status),
      localVolumes.filter((each) => each.namespace === namespace),
    ),
  };
};

const owners = (context: unknown): { runAsUser: number | null; runAsGroup: number | null } => {
  const { runAsUser, runAsGroup } = fieldsOf(context);
  return { runAsUser: numberOf(runAsUser), runAsGroup: numberOf(runAsGroup) };
};

const hostPathMounts = (
  spec: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, unknown>>,
  localVolumes: readonly LocalVolume[],
): HostPathMount[] => {
  const paths = new Map<string, string>();
  for (const volume of itemsOf(spec.volumes)) {
    const { name, hostPath, persistentVolumeClaim } = fieldsOf(volume);
    const { claimName } = fieldsOf(persistentVolumeClaim);
    const path = textOf(fieldsOf(hostPath).path) ?? localVolumes.find(({ claim }) => claim === claimName)?.path;
    if (path?.startsWith("/")) paths.set(textOf(name) ?? "", path);
  }
  if (paths.size === 0) return [];
  const started = startTimes(status);
  const containers = [
    ...itemsOf(spec.initContainers),
    ...itemsOf(spec.containers),
    ...itemsOf(spec.ephemeralContainers),
  ];
  return containers.flatMap((container) => {
    const { name, volumeMounts, securityContext, terminationMessagePath } = fieldsOf(container);
    const places = itemsOf(volumeMounts).map((mount) => normal(textOf(fieldsOf(mount).mountPath) ?? ""));
    // The kubelet mounts a file of its own there.
    places.push(normal(textOf(terminationMessagePath) ?? ""));
    return itemsOf(volumeMounts).flatMap((mount): HostPathMount[] => {
      const { name: volume, mountPath, subPath, subPathExpr, mountPropagation } = fieldsOf(mount);
      const path = paths.get(textOf(volume) ?? "");
      if (path === undefined) return [];
      const below = textOf(subPath) ?? fixedPart(textOf(subPathExpr) ?? "");
      const propagation =
        mountPropagation === "HostToContainer" || mountPropagation === "Bidirectional" ? mountPropagation : "None";
      const shown = normal(`${path}/${below}`);
      const place = normal(textOf(mountPath) ?? "");
      const startedAt = started.get(textOf(name) ?? "") ?? null;
      return [
        {
          container: textOf(name) ?? "",
          path: shown,
          within: places
            .filter((other) => other.startsWith(`${place}/`))
            .map((other) => shown + other.slice(place.length)),
          // A sub path is bound by itself: it does not see what is mounted above it later.
          propagation: below === "" ? propagation : "None",
          startedAt,
          ...owners(securityContext),
        },
      ];
    });
  });
};

const startTimes = (status: Readonly<Record<string, unknown>>): Map<string, number> => {
  const all = [...itemsOf(status.initContainerStatuses), ...itemsOf(status.containerStatuses)];
  const started = new Map<string, number>();
  for (const each of all) {
    const { name, state } = fieldsOf(each);
    const at = timeOf(fieldsOf(fieldsOf(state).running).startedAt);
    if (at !== null) started.set(textOf(name) ?? "", at);
  }
  return started;
};

/** What an expression like `logs/$(POD_NAME)` says before its first variable. */
const fixedPart = (expression: string): string => {
  const variable = expression.indexOf("$(");
  return variable < 0 ? expression : expression.slice(0, expression.lastIndexOf("/", variable) + 1);
};

const normal = (path: string): string =>
  `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
