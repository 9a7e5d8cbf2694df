import { expect, test } from "bun:test";
import { decideExit } from "../../agent/core/exit/decide.ts";
import { readOwnPod } from "../../agent/core/exit/workload.ts";
import { askForExit, type Whereabouts } from "../../agent/kubernetes/exit-facts.ts";
import type { Fault, Seen } from "./fake-cluster.ts";
import { REQUEST_MS, type Scene, scene } from "./scene.ts";

const pod = (change: Record<string, unknown> = {}) => ({
  metadata: {
    uid: "pod-uid",
    name: "m-0",
    namespace: "storage",
    ownerReferences: [{ kind: "StatefulSet", name: "m", uid: "owner-uid", controller: true }],
    ...change,
  },
  spec: {
    volumes: [{ name: "volume-dumps", persistentVolumeClaim: { claimName: "c" } }],
    containers: [{ volumeMounts: [{ name: "volume-dumps", mountPath: "/volumes/dumps" }] }],
  },
});
const workload = (replicas = 1) => ({
  metadata: { uid: "owner-uid" },
  spec: { replicas, template: { spec: pod().spec } },
});
const affinity = (hostname: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [hostname] }] }],
  },
});
const deleted = { deletionTimestamp: "2026-05-03T02:01:00Z" };
const podPath = "/api/v1/namespaces/storage/pods/m-0";
const setPath = "/apis/apps/v1/namespaces/storage/statefulsets/m";

const put = ({ cluster }: Scene, path: string, object: Record<string, unknown>) =>
  void cluster.objects.set(path, object);

const ready = (change: Record<string, unknown> = deleted, hostname = "worker-1") => {
  const it = scene();
  put(it, podPath, pod(change));
  put(it, setPath, workload());
  put(it, "/api/v1/namespaces/storage/persistentvolumeclaims/c", { spec: { volumeName: "pv" } });
  put(it, "/api/v1/persistentvolumes/pv", { spec: { nodeAffinity: affinity(hostname) } });
  return it;
};

const decide = async (it: Scene, known = true, withinMs = 1000) => {
  const where: Whereabouts = {
    api: it.api,
    namespace: "storage",
    pod: "m-0",
    node: "worker-1",
    mounts: [{ source: "/volumes/dumps", target: "/host/var/lib/mooring/dumps", attached: true }],
  };
  const facts = await askForExit(where, known ? readOwnPod(pod()) : null, withinMs);
  return decideExit({ ...facts, exit: "auto", pinned: "auto" });
};

test("a StatefulSet whose volume is tied to the node keeps, another releases", async () => {
  expect(await decide(ready())).toMatchObject({ policy: "keep", comesBack: true });
  expect(await decide(ready(deleted, "worker-2"))).toMatchObject({ policy: "release", comesBack: false });
  expect(await decide(ready(), false)).toMatchObject({ policy: "keep" });
});

test("a pod that is not deleted needs no look at claims", async () => {
  const it = ready({});
  expect(await decide(it)).toMatchObject({ policy: "keep" });
  expect(it.cluster.seen.some(({ path }) => path.includes("persistentvolume"))).toBeFalse();
});

test("a volume without affinity goes anywhere", async () => {
  const it = ready();
  put(it, "/api/v1/persistentvolumes/pv", { spec: {} });
  expect(await decide(it)).toMatchObject({ policy: "release" });
});

test("a claim that is not bound yet says nothing", async () => {
  const it = ready();
  put(it, "/api/v1/namespaces/storage/persistentvolumeclaims/c", { spec: {} });
  expect(await decide(it)).toMatchObject({ policy: "keep" });
});

test("an owner of another kind is not asked for", async () => {
  const it = scene();
  const ownerReferences = [{ kind: "ReplicaSet", name: "m", uid: "owner-uid", controller: true }];
  put(it, podPath, pod({ ...deleted, ownerReferences }));
  expect(await decide(it, false)).toMatchObject({ policy: "release" });
  expect(it.cluster.seen).toHaveLength(2);
});

test("permissions that are gone are removal, if there were any", async () => {
  for (const status of [401, 403]) {
    const it = scene();
    it.cluster.fault = () => ({ kind: "status", status });
    expect(await decide(it)).toMatchObject({ policy: "release" });
    expect(await decide(it, false)).toMatchObject({ policy: "keep" });
  }
});

test("one 401 alone is a token that was just replaced", async () => {
  const it = ready();
  let first = true;
  it.cluster.fault = ({ path }) => {
    if (path !== podPath || !first) return null;
    first = false;
    return { kind: "status", status: 401 };
  };
  expect(await decide(it)).toMatchObject({ policy: "keep", why: "the volume of claim c is tied to this node" });
});

test("404 for the pod and for the workload is removal", async () => {
  expect(await decide(scene())).toMatchObject({ policy: "release" });
});

const silences: [string, (seen: Seen) => boolean][] = [
  ["the pod", ({ path }) => path === podPath],
  ["the workload", ({ path }) => path === setPath],
  ["the node", ({ path }) => path.includes("/nodes/")],
  ["the claim", ({ path }) => path.includes("/persistentvolumeclaims/")],
  ["the volume", ({ path }) => path.includes("/persistentvolumes/")],
  ["everything", () => true],
];
const faults: Fault[] = [
  { kind: "hang" },
  { kind: "status", status: 500 },
  { kind: "status", status: 429 },
  { kind: "garbage" },
];

test.each(silences.flatMap(([what, about]) => faults.map((fault) => [what, fault, about] as const)))(
  "%s: %j keeps the mounts, within the time",
  async (_, fault, about) => {
    const it = ready();
    it.cluster.fault = (seen) => (about(seen) ? fault : null);
    const startedAt = performance.now();
    expect(await decide(it, true, REQUEST_MS)).toMatchObject({ policy: "keep" });
    expect(performance.now() - startedAt).toBeLessThan(REQUEST_MS * 3);
  },
);
