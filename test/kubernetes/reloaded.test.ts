import { expect, test } from "bun:test";
import { podSpec, shared } from "../core/exit/examples.ts";
import { keys } from "../core/report/examples.ts";
import { absent, mountStatus, statusOf } from "../http/example-status.ts";
import { type Scene, scene, toldOf, until } from "./scene.ts";
import { config, isKnown, labels, ownPod, podPath, started } from "./started.ts";

test("other mounts after a reload: pods are looked at again", async () => {
  const it = scene();
  it.cluster.put({
    metadata: { uid: "u", namespace: "apps", name: "one" },
    spec: {
      volumes: [{ name: "v", hostPath: { path: "/var/other" } }],
      containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: "/d" }] }],
    },
  });
  const { kubernetes } = await started(it);
  await until(() => kubernetes.consumers("dumps")?.length === 0);
  const other = config();
  const [mount] = other.mounts;
  if (mount) mount.hostPath = "/var/other/dumps";
  kubernetes.configure(other);
  await until(() => kubernetes.consumers("dumps")?.length === 1);
});

test("a mount that came before the pod has its volume: the others stay for the next pod", async () => {
  const it = scene();
  const ownerReferences = [{ kind: "DaemonSet", name: "m", uid: "owner-uid", controller: true }];
  it.cluster.objects.set(podPath, {
    ...ownPod({ ownerReferences, deletionTimestamp: "x" }),
    spec: { ...podSpec(shared), terminationGracePeriodSeconds: 77 },
  });
  it.cluster.objects.set("/apis/apps/v1/namespaces/storage/daemonsets/m", {
    metadata: { uid: "owner-uid" },
    spec: { template: { spec: podSpec({ ...shared, others: { traces: { hostPath: { path: "/srv/traces" } } } }) } },
  });
  const { kubernetes } = await started(it);
  await isKnown(kubernetes);
  it.status = statusOf([mountStatus("dumps"), absent("traces")], { ready: false });
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "keep", comesBack: true });
  it.status = statusOf([mountStatus("dumps"), mountStatus("traces")]);
  expect(await kubernetes.decideExit(500)).toMatchObject({ policy: "release" });
});

const annotations = ({ cluster }: Scene) =>
  (cluster.node.metadata as { annotations: Record<string, string> }).annotations;
const conditions = ({ cluster }: Scene) =>
  (cluster.node.status as { conditions: { type: string; status: string }[] }).conditions;

test.each([
  ["another instance", { instance: "renamed" }],
  ["another label and condition", { label: "mooring.dev/ready", condition: "MooringReady" }],
])("%s is for the next pod: this one goes on under its names, and takes them back", async (_, names) => {
  const it = scene();
  it.cluster.objects.set(podPath, ownPod());
  const { kubernetes, end } = await started(it);
  await until(() => labels(it)["volume-mounts"] === "ready");
  kubernetes.configure({ ...config(), kubernetes: { ...config().kubernetes, ...names } });
  it.status = statusOf([absent("dumps")], { ready: false });
  kubernetes.changed();
  await until(() => labels(it)["volume-mounts"] === "degraded");
  expect(conditions(it)).toContainEqual(expect.objectContaining({ type: keys.condition, status: "False" }));
  expect(JSON.stringify(it.cluster.node)).not.toMatch(/renamed|mooring.dev\/ready|MooringReady/);
  expect(toldOf(it, "nodeMarksHeld")).toEqual([]);
  await end(true);
  expect(labels(it)["volume-mounts"]).toBeUndefined();
  expect(annotations(it)[keys.annotation]).toBeUndefined();
  expect(conditions(it).some(({ type }) => type === keys.condition)).toBeFalse();
});
