import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startKubernetes } from "../../agent/kubernetes/start.ts";
import { messageOf } from "../kernel/harness/until.ts";
import { scene, toldOf, until } from "./scene.ts";
import { config, isKnown, labels, ownPod, podPath, started } from "./started.ts";

test("everything runs: marks, Events, consumers, directories, and the end", async () => {
  const it = scene();
  it.cluster.objects.set(podPath, ownPod());
  it.cluster.put({
    metadata: { uid: "u", namespace: "apps", name: "one", annotations: { "mooring.dev/directory": "app" } },
    spec: {
      volumes: [{ name: "v", hostPath: { path: "/var/m" } }],
      containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: "/d", mountPropagation: "HostToContainer" }] }],
    },
  });
  const { kubernetes, requested, end } = await started(it);
  await until(() => labels(it)["volume-mounts"] === "ready");
  await until(() => kubernetes.consumers("dumps")?.length === 1);
  expect(kubernetes.allConsumers()).toEqual(["apps/one"]);
  expect(requested.at(-1)).toEqual([{ path: "app", uid: null, gid: null, mode: null }]);
  kubernetes.hear({
    kind: "attached",
    mount: "dumps",
    how: "healed",
    durationMs: 0.1,
    outageMs: 0.1,
    at: Date.now(),
    pass: 1,
  });
  await until(() => it.cluster.events.size > 0);
  await isKnown(kubernetes);
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "keep", comesBack: true, unlock: false });
  it.cluster.objects.set(
    podPath,
    ownPod({ deletionTimestamp: "x", deletionGracePeriodSeconds: 5, annotations: { "mooring.dev/unlock": "true" } }),
  );
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "release", comesBack: false, unlock: true });
  expect(kubernetes.graceMs()).toBe(5000);
  await end(false);
  expect(labels(it)["volume-mounts"]).toBeUndefined();
});

describe("an agent that cannot ask", () => {
  test("whose API server hangs keeps the mounts and ends in time", async () => {
    const it = scene();
    it.cluster.objects.set(podPath, ownPod());
    const { kubernetes } = await started(it);
    await isKnown(kubernetes);
    it.cluster.fault = () => ({ kind: "hang" });
    const startedAt = performance.now();
    expect(await kubernetes.decideExit(200)).toMatchObject({ policy: "keep", comesBack: true });
    await kubernetes.end(true, 200);
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  test("that runs in no pod does as the configuration says", async () => {
    const it = scene();
    const folder = mkdtempSync(join(tmpdir(), "mooring-kubeconfig-"));
    it.later(() => rmSync(folder, { recursive: true }));
    const kubeconfig = join(folder, "config");
    writeFileSync(
      kubeconfig,
      `apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "${it.cluster.url}", insecure-skip-tls-verify: true}}]\nusers: [{name: u, user: {token: abc}}]\n`,
    );
    const kubernetes = await startKubernetes({
      config: { ...config(), exit: "release", kubernetes: { ...config().kubernetes, podName: null } },
      environment: { KUBECONFIG: kubeconfig },
      status: () => it.status,
      tell: it.tell,
      onDirectories: () => {},
    });
    it.later(() => kubernetes.end(true, 100));
    expect(await kubernetes.decideExit(100)).toMatchObject({ policy: "release", comesBack: true });
    expect(kubernetes.graceMs()).toBe(30_000);
  });

  test("is told what is missing", async () => {
    const options = { environment: {}, status: () => scene().status, tell: () => {}, onDirectories: () => {} };
    expect(await messageOf(startKubernetes({ ...options, config: config() }))).toContain("set KUBECONFIG");
    const nowhere = { ...config(), kubernetes: { ...config().kubernetes, nodeName: null } };
    expect(await messageOf(startKubernetes({ ...options, config: nowhere }))).toContain("set NODE_NAME");
  });
});

test("a deletion that was seen is not asked for again", async () => {
  const it = scene();
  const ownerReferences = [{ kind: "DaemonSet", name: "m", uid: "owner-uid", controller: true }];
  it.cluster.objects.set(podPath, ownPod({ deletionTimestamp: "x", ownerReferences }));
  const { kubernetes } = await started(it);
  await isKnown(kubernetes);
  it.cluster.fault = () => ({ kind: "hang" });
  expect(await kubernetes.decideExit(100)).toMatchObject({ policy: "keep", isOpen: true });
  it.cluster.fault = ({ path }) => (path === podPath ? { kind: "hang" } : null);
  expect(await kubernetes.decideExit(500)).toMatchObject({
    policy: "release",
    isOpen: false,
    why: "DaemonSet m is deleted",
  });
});

test("a deletion that the watch told is not asked for at all, however slow the API server has become", async () => {
  const it = scene();
  const ownerReferences = [{ kind: "DaemonSet", name: "m", uid: "owner-uid", controller: true }];
  it.cluster.objects.set(podPath, ownPod({ ownerReferences }));
  it.cluster.put(ownPod({ ownerReferences }));
  const { kubernetes } = await started(it);
  await isKnown(kubernetes);
  await until(() => it.cluster.watching > 0);
  it.cluster.fault = () => ({ kind: "hang" });
  expect(await kubernetes.decideExit(100)).toMatchObject({ policy: "keep", isOpen: false });
  const decided = kubernetes.decideExit(1000);
  it.cluster.put(ownPod({ ownerReferences, deletionTimestamp: "x", deletionGracePeriodSeconds: 7 }));
  expect(await decided).toMatchObject({ policy: "keep", isOpen: true });
  expect(kubernetes.graceMs()).toBe(7000);
  it.cluster.put(ownPod({ ownerReferences, deletionTimestamp: "x", deletionGracePeriodSeconds: 3 }));
  await until(() => kubernetes.graceMs() === 3000);
  it.cluster.fault = ({ path }) => (path === podPath ? { kind: "hang" } : null);
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "release", why: "DaemonSet m is deleted" });
});

test("permissions that went away are removal: the agent had asked before", async () => {
  const it = scene();
  it.cluster.objects.set(podPath, ownPod());
  const { kubernetes } = await started(it);
  await isKnown(kubernetes);
  it.cluster.fault = () => ({ kind: "status", status: 401 });
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "release", comesBack: false });
  expect(toldOf(it, "exitDecided")).toEqual([]);
});
