import { expect, test } from "bun:test";
import { uninstall } from "../../agent/cli/uninstall.ts";
import { type UninstallOptions, uninstallWorkloads } from "../../agent/kubernetes/uninstall.ts";
import { fakeContext } from "../cli/fake-context.ts";
import { type Scene, scene, until } from "./scene.ts";

const workloadPath = "/apis/apps/v1/namespaces/storage/statefulsets/m";
const podsPath = "/api/v1/namespaces/storage/pods";
const pods = (...names: string[]) => ({
  items: names.map((name) => ({ metadata: { name }, spec: { nodeName: "worker-1" } })),
});

const installed = (...names: string[]) => {
  const it = scene();
  it.cluster.objects.set(workloadPath, {
    metadata: {
      name: "m",
      annotations: { "meta.helm.sh/release-name": "m", "meta.helm.sh/release-namespace": "storage" },
    },
  });
  it.cluster.objects.set(podsPath, pods(...names));
  return it;
};
const run = (it: Scene, change: Partial<UninstallOptions> = {}) => {
  const lines: string[] = [];
  const result = uninstallWorkloads({
    api: it.api,
    namespace: "storage",
    workloads: [{ kind: "statefulset", name: "m" }],
    selector: "app.kubernetes.io/instance=m",
    timeoutMs: 5000,
    unlock: false,
    say: async (line) => void lines.push(line),
    everyMs: 5,
    ...change,
  });
  return { lines, result };
};
const looks = ({ cluster }: Scene) => cluster.seen.filter(({ path }) => path === podsPath).length;

test("deletes in the foreground, then waits until the last agent is gone", async () => {
  const it = installed("m-0", "m-1");
  const { lines, result } = run(it);
  await until(() => looks(it) > 3);
  it.cluster.objects.set(podsPath, pods("m-1"));
  await until(() => lines.length === 3);
  it.cluster.objects.set(podsPath, pods());
  expect(await result).toBeNull();
  expect(it.cluster.writes.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    {
      method: "DELETE",
      path: workloadPath,
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" },
    },
  ]);
  expect(lines).toEqual([
    "statefulset m: deleted; waiting for its agents to release their nodes",
    "waiting for m-0 on node worker-1, m-1 on node worker-1",
    "waiting for m-1 on node worker-1",
    "every agent has gone",
  ]);
  expect(it.cluster.seen.at(-1)?.query.get("labelSelector")).toBe("app.kubernetes.io/instance=m");
});

test("a workload that is gone already is fine", async () => {
  const it = scene();
  it.cluster.objects.set(podsPath, pods());
  const { lines, result } = run(it);
  expect(await result).toBeNull();
  expect(lines[0]).toBe("statefulset m: there is none");
  // One that comes after the look is not the one that was to be deleted.
  expect(it.cluster.writes).toEqual([]);
});

test.each([true, false])(
  "what Helm has not installed stays: the hook was applied like any other object (unlock: %p)",
  async (unlock) => {
    const it = installed("m-0");
    it.cluster.objects.set("/apis/apps/v1/namespaces/storage/statefulsets/n", {
      metadata: { name: "n", annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } },
    });
    const workloads = (["m", "n"] as const).map((name) => ({ kind: "statefulset", name }) as const);
    const { lines, result } = run(it, { workloads, unlock });
    expect(await result).toBeNull();
    expect(it.cluster.writes).toEqual([]);
    expect(lines).toEqual([
      "statefulset n was not installed by Helm (it has no annotation meta.helm.sh/release-name), so nothing is deleted; render the chart without this hook: helm template --no-hooks",
    ]);
  },
);

test("an agent that does not end: named with its node, and the way out", async () => {
  const { result } = run(installed("m-0"), { timeoutMs: 100 });
  expect(await result).toBe(
    "1 agent did not end in time: m-0 on node worker-1; see the log of that pod and whether the node is up; to go on without waiting: helm uninstall --no-hooks, then `mooring release` on every node that still has mounts",
  );
});

test("an API server that is away for a moment is waited for, one that forbids is not", async () => {
  const it = installed();
  let faults = 2;
  it.cluster.fault = () => (faults-- > 0 ? { kind: "status", status: 503 } : null);
  expect(await run(it).result).toBeNull();
  const forbidden = installed("m-0");
  forbidden.cluster.fault = () => ({ kind: "status", status: 403, message: "no" });
  expect(await run(forbidden).result).toStartWith("cannot look at statefulset m: 403: no; to go on without waiting");
  const refused = installed("m-0");
  refused.cluster.fault = ({ method }) => (method === "DELETE" ? { kind: "status", status: 403, message: "no" } : null);
  expect(await run(refused).result).toStartWith("cannot delete statefulset m: 403: no; to go on without waiting");
  const blind = installed("m-0");
  blind.cluster.fault = ({ path }) => (path === podsPath ? { kind: "status", status: 403, message: "no" } : null);
  expect(await run(blind).result).toStartWith("cannot see the agents' pods: 403: no");
});

test("pods are told to unlock before their workload goes", async () => {
  const it = installed("m-0");
  it.cluster.objects.set(`${podsPath}/m-0`, {});
  const { lines, result } = run(it, { unlock: true });
  await until(() => it.cluster.writes.length === 2);
  it.cluster.objects.set(podsPath, pods());
  expect(await result).toBeNull();
  expect(it.cluster.writes.map(({ method }) => method)).toEqual(["PATCH", "DELETE"]);
  expect(it.cluster.writes[0]?.body).toEqual({ metadata: { annotations: { "mooring.dev/unlock": "true" } } });
  expect(lines.some((line) => line.includes("not told"))).toBeFalse();
});

test("a pod that cannot be told is said, and holds nothing up", async () => {
  const it = installed("m-0");
  const { lines, result } = run(it, { unlock: true });
  await until(() => it.cluster.writes.length === 2);
  it.cluster.objects.set(podsPath, pods());
  expect(await result).toBeNull();
  expect(lines[0]).toStartWith("pod m-0 is not told to unlock: 404");
});

const environment = {
  UNINSTALL_WORKLOADS: "statefulset/m,daemonset/n",
  UNINSTALL_SELECTOR: "a=b",
  UNINSTALL_TIMEOUT: "180s",
  UNINSTALL_UNLOCK: "false",
  POD_NAMESPACE: "storage",
};
const command = async (change: Record<string, string>) => {
  const context = fakeContext({ ...environment, ...change });
  const code = await uninstall.run({ values: {}, operands: [] }, context);
  return { code, complained: context.complained };
};

test.each([
  ["UNINSTALL_WORKLOADS", "deployment/m"],
  ["UNINSTALL_WORKLOADS", "statefulset/m,"],
  ["UNINSTALL_WORKLOADS", "statefulset/a/b"],
  ["UNINSTALL_WORKLOADS", ""],
  ["UNINSTALL_SELECTOR", ""],
  ["UNINSTALL_TIMEOUT", "soon"],
  ["UNINSTALL_UNLOCK", "yes"],
  ["POD_NAMESPACE", ""],
])("%s=%j is named with what is wanted", async (name, value) => {
  const { code, complained } = await command({ [name]: value });
  expect(code).toBe(2);
  expect(complained).toStartWith(`${name} is ${value === "" ? "not set" : JSON.stringify(value)}; want `);
});

test("outside of a cluster it says so", async () => {
  expect(await command({})).toMatchObject({ code: 1, complained: expect.stringContaining("set KUBECONFIG") });
});
