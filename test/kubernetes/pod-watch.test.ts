import { describe, expect, test } from "bun:test";
import type { Config } from "../../agent/core/config/config.ts";
import { PodWatch, type PodWatchOptions } from "../../agent/kubernetes/pod-watch.ts";
import { configFrom } from "../core/config/read.ts";
import { type Scene, scene, toldOf, until } from "./scene.ts";

const config = configFrom(
  "mounts: [{name: dumps, source: /volumes/dumps, target: /host/var/lib/mooring/dumps, hostPath: /var/lib/mooring/dumps}]",
);

const podOf = (name: string, path: string | null = "/var/lib/mooring", more: Record<string, unknown> = {}) => ({
  metadata: { uid: `uid-of-${name}`, namespace: "apps", name },
  spec: {
    volumes: path === null ? [] : [{ name: "v", hostPath: { path } }],
    containers: [{ name: "app", volumeMounts: [{ name: "v", mountPath: "/d", mountPropagation: "HostToContainer" }] }],
  },
  status: { phase: "Running" },
  ...more,
});

const watching = (
  change: Partial<PodWatchOptions> = {},
  it: Scene = scene(),
  mounts: Config["mounts"] = config.mounts,
) => {
  let changes = 0;
  const watch = new PodWatch({
    api: it.api,
    difficulty: it.difficulty(),
    node: "worker-1",
    ownUid: "uid-of-agent",
    onOwn: () => {},
    mounts: () => mounts,
    localVolumes: () => [{ namespace: "apps", claim: "dumps", path: "/var/lib/mooring/dumps/claimed" }],
    onChange: () => void changes++,
    random: () => 0.5,
    ...change,
  });
  void watch.run();
  it.later(() => watch.stop());
  const names = () => watch.consumers?.map(({ pod }) => pod.name).toSorted() ?? null;
  return { it, watch, names, changes: () => changes };
};
const asked = ({ cluster }: Scene, verb: "list" | "watch") =>
  cluster.seen.filter(
    ({ path, query }) => path === "/api/v1/pods" && (query.get("watch") === "true") === (verb === "watch"),
  );
const isNow = (names: () => string[] | null, ...wanted: string[]) =>
  until(() => JSON.stringify(names()) === JSON.stringify(wanted));

test("pods of this node that use a mount are known, come and go", async () => {
  const it = scene();
  it.cluster.put(podOf("one"));
  it.cluster.put(podOf("plain", null));
  it.cluster.put(podOf("agent"));
  const claim = { name: "v", persistentVolumeClaim: { claimName: "dumps" } };
  it.cluster.put(podOf("claimed", null, { spec: { ...podOf("claimed").spec, volumes: [claim] } }));
  const { watch, names } = watching({}, it);
  expect(watch.consumers).toBeNull();
  expect(watch.isHere("uid-of-one")).toBeNull();
  await isNow(names, "claimed", "one");
  await until(() => it.cluster.watching === 1);
  it.cluster.put(podOf("two"));
  await isNow(names, "claimed", "one", "two");
  it.cluster.remove("uid-of-one");
  await isNow(names, "claimed", "two");
  expect([watch.isHere("uid-of-plain"), watch.isHere("uid-of-one"), watch.isHere("uid-of-agent")]).toEqual([
    true,
    false,
    true,
  ]);
  expect(asked(it, "list")[0]?.query.toString()).toBe("fieldSelector=spec.nodeName%3Dworker-1&resourceVersion=0");
  expect(asked(it, "watch")[0]?.query.get("allowWatchBookmarks")).toBe("true");
});

test("a pod that has ended uses nothing any more", async () => {
  const it = scene();
  it.cluster.put(podOf("one"));
  const { names } = watching({}, it);
  await isNow(names, "one");
  await until(() => it.cluster.watching === 1);
  it.cluster.put(podOf("one", "/var/lib/mooring", { status: { phase: "Succeeded" } }));
  await isNow(names);
});

describe("survives", () => {
  const started = async (change: Partial<PodWatchOptions> = {}) => {
    const it = scene();
    it.cluster.put(podOf("one"));
    const made = watching(change, it);
    await until(() => it.cluster.watching === 1);
    return made;
  };

  test("a watch that ends: goes on from where it was, without a list", async () => {
    const { it, names } = await started({ watchMs: 10 });
    it.cluster.put(podOf("two"));
    await isNow(names, "one", "two");
    it.cluster.cutWatches();
    await until(() => it.cluster.watching === 1);
    expect(asked(it, "list")).toHaveLength(1);
    expect(asked(it, "watch").at(-1)?.query.get("resourceVersion")).toBe(String(it.cluster.version));
  });

  test("410 as an answer: lists again, and forgets who went meanwhile", async () => {
    const { it, names } = await started({ watchMs: 10 });
    it.cluster.expiredBefore = it.cluster.version + 1;
    it.cluster.pods.clear();
    it.cluster.cutWatches();
    await until(() => asked(it, "list").length >= 2);
    it.cluster.expiredBefore = 0;
    await isNow(names);
    expect(toldOf(it, "kubernetesFailing")).toEqual([]);
  });

  test("410 in the middle of a watch", async () => {
    const { it } = await started();
    it.cluster.tellWatches({
      type: "ERROR",
      object: { kind: "Status", code: 410, message: "too old resource version" },
    });
    await until(() => asked(it, "list").length === 2 && it.cluster.watching >= 1);
    expect(toldOf(it, "kubernetesFailing")).toEqual([]);
  });

  test("another error in the middle of a watch", async () => {
    const { it } = await started();
    it.cluster.tellWatches({ type: "ERROR", object: { code: 500, message: "etcd is gone" } });
    await until(() => asked(it, "list").length === 2);
  });

  test.each(["not json", `{"type":"ADDED"`, "[]", "null", `{"type":"ADDED","object":null}`])(
    "nonsense in the middle: %s",
    async (line) => {
      const { it, names } = await started();
      it.cluster.tellWatches(line);
      it.cluster.cutWatches();
      await until(() => asked(it, "watch").length >= 2 && it.cluster.watching >= 1);
      it.cluster.put(podOf("two"));
      await isNow(names, "one", "two");
    },
  );

  test("an API server that goes and comes back: keeps what it knew, tells it, catches up", async () => {
    const { it, names } = await started({ watchMs: 10 });
    it.cluster.fault = () => ({ kind: "status", status: 503 });
    it.cluster.cutWatches();
    await until(() => toldOf(it, "kubernetesFailing").length === 1);
    expect(names()).toEqual(["one"]);
    it.cluster.fault = () => null;
    await until(() => it.cluster.watching >= 1);
    it.cluster.put(podOf("two"));
    await isNow(names, "one", "two");
    await until(() => toldOf(it, "kubernetesBack").length === 1);
  });

  test.each([
    ["refused", { kind: "status", status: 403, message: "pods is forbidden" }],
    ["nonsense", { kind: "garbage" }],
    ["cut off", { kind: "reset" }],
    ["silent", { kind: "hang" }],
  ] as const)("a list that is %s: nobody knows, it is told and tried again", async (_, fault) => {
    const it = scene();
    it.cluster.put(podOf("one"));
    it.cluster.fault = () => fault;
    const { watch, names } = watching({}, it);
    await until(() => toldOf(it, "kubernetesFailing").length === 1);
    expect(watch.consumers).toBeNull();
    it.cluster.fault = () => null;
    await isNow(names, "one");
  });
});

test("other mounts: every pod is looked at again", async () => {
  const it = scene();
  it.cluster.put(podOf("one", "/data/other"));
  const mounts = [...config.mounts];
  const { watch, names } = watching({}, it, mounts);
  await until(() => it.cluster.watching === 1);
  expect(names()).toEqual([]);
  const [first] = mounts;
  if (first) mounts[0] = { ...first, hostPath: "/data/other/dumps" };
  watch.relist();
  await isNow(names, "one");
});

test("250 pods, each 20 kB: read in one request, kept as names", async () => {
  const it = scene();
  const env = Array.from({ length: 200 }, (_, index) => ({ name: `VARIABLE_${index}`, value: "x".repeat(60) }));
  for (let index = 0; index < 250; index++) {
    const pod = podOf(`pod-${index}`, index % 5 === 0 ? "/var/lib/mooring" : null);
    it.cluster.put({
      ...pod,
      spec: { ...pod.spec, containers: pod.spec.containers.map((each) => ({ ...each, env })) },
    });
  }
  const { watch, names } = watching({}, it);
  await until(() => names()?.length === 50);
  expect(JSON.stringify(watch.consumers).length).toBeLessThan(50 * 1000);
  expect(asked(it, "list")).toHaveLength(1);
});
