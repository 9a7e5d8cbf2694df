import { describe, expect, test } from "bun:test";
import type { Condition } from "../../agent/core/condition.ts";
import type { Holder } from "../../agent/core/report/ownership.ts";
import { NodeReporter, type NodeReporterOptions } from "../../agent/kubernetes/node-reporter.ts";
import { Pacer } from "../../agent/kubernetes/pacer.ts";
import { author, keys } from "../core/report/examples.ts";
import { absent, mountStatus, statusOf } from "../http/example-status.ts";
import { type Scene, scene, toldOf, until } from "./scene.ts";

const GAP_MS = 40;

const reporting = (change: Partial<NodeReporterOptions> = {}, it: Scene = scene()) => {
  const reporter = new NodeReporter({
    api: it.api,
    pacer: new Pacer(GAP_MS),
    difficulty: it.difficulty(),
    node: "worker-1",
    author,
    settings: () => ({ keys, heartbeatMs: 0, startupTaint: null }),
    status: () => it.status,
    isLive: () => true,
    resyncMs: 60_000,
    takeOverMs: 60_000,
    random: () => 0.5,
    tell: it.tell,
    ...change,
  });
  void reporter.run();
  it.later(() => reporter.end("stopped", 1));
  return { it, reporter, node: it.cluster.node as never as Node };
};

interface Node {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  status: { conditions: { type: string; status: string; reason: string }[] };
  spec: { taints?: unknown[] };
}
const conditionOf = ({ status }: Node) => status.conditions.find(({ type }) => type === keys.condition);
const label = ({ metadata }: Node) => metadata.labels["volume-mounts"];
const gets = ({ cluster }: Scene) => cluster.seen.filter(({ method }) => method === "GET").length;

test("one request carries label, annotation and condition", async () => {
  const { it, node } = reporting();
  await until(() => toldOf(it, "nodeMarked").length === 1);
  expect(label(node)).toBe("ready");
  expect(conditionOf(node)?.status).toBe("True");
  expect(JSON.parse(node.metadata.annotations[keys.annotation] ?? "").mounts.dumps.state).toBe("Healthy");
  expect(it.cluster.writes.map(({ path, type }) => `${type} ${path}`)).toEqual([
    "application/strategic-merge-patch+json /api/v1/nodes/worker-1/status",
  ]);
  expect(toldOf(it, "nodeMarked")).toMatchObject([{ node: "worker-1", label: "ready", reason: "MountsReady" }]);
});

test("before the first verification the node says that nobody knows", async () => {
  const it = scene();
  const condition: Condition = { mount: "dumps", state: "Unknown", reason: "NotYetVerified", message: "", since: 0 };
  it.status = statusOf([mountStatus("dumps", { condition, verified: false })], { ready: false });
  const { node } = reporting({}, it);
  await until(() => conditionOf(node)?.status === "Unknown");
  expect(label(node)).toBe("degraded");
});

test("at rest it looks and writes nothing", async () => {
  const { it, reporter, node } = reporting({ resyncMs: 10 });
  await until(() => label(node) === "ready");
  await until(() => gets(it) > 20);
  for (let i = 0; i < 100; i++) reporter.changed();
  await until(() => gets(it) > 30);
  expect(it.cluster.writes).toHaveLength(1);
});

test("figures in a message are no reason to write", async () => {
  const { it, reporter, node } = reporting({ resyncMs: 10 });
  const low = (bytes: number) => {
    const mount = absent("dumps");
    it.status = statusOf([{ ...mount, condition: { ...mount.condition, message: `${bytes} bytes left` } }], {
      ready: false,
    });
    reporter.changed();
  };
  low(5);
  await until(() => label(node) === "degraded");
  const before = it.cluster.writes.length;
  for (let bytes = 100; bytes < 110; bytes++) {
    low(bytes);
    const seen = gets(it);
    await until(() => gets(it) > seen);
  }
  expect(it.cluster.writes).toHaveLength(before);
});

test("however much changes, writes keep their distance and the last one tells the last state", async () => {
  const { it, reporter, node } = reporting();
  await until(() => label(node) === "ready");
  const rounds = 200;
  for (let round = 0; round < rounds; round++) {
    it.status = round % 2 === 0 ? statusOf([absent("dumps")], { ready: false }) : statusOf([mountStatus("dumps")]);
    reporter.changed();
    await Bun.sleep(1);
  }
  it.status = statusOf([absent("dumps")], { ready: false });
  reporter.changed();
  await until(() => conditionOf(node)?.reason === "SourceNotMounted");
  // Each may be on its way for a while, so the distance shows in their number.
  const times = it.cluster.writes.map(({ at }) => at);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  expect(times.length).toBeGreaterThan(2);
  expect(times.length).toBeLessThanOrEqual(took / GAP_MS + 2);
});

test("what others changed is found by reading and put right in one write", async () => {
  const { it, node } = reporting({ resyncMs: 20 });
  await until(() => label(node) === "ready");
  const writes = it.cluster.writes.length;
  node.metadata.labels["volume-mounts"] = "degraded";
  node.status.conditions = node.status.conditions.filter(({ type }) => type !== keys.condition);
  delete node.metadata.annotations[keys.annotation];
  await until(() => label(node) === "ready" && conditionOf(node)?.status === "True");
  const seen = gets(it);
  await until(() => gets(it) > seen + 3);
  expect(it.cluster.writes).toHaveLength(writes + 1);
  expect(node.metadata.annotations[keys.annotation]).toBeDefined();
});

test("a healed mount is one write, although its state is the same again", async () => {
  const { it, reporter, node } = reporting();
  await until(() => label(node) === "ready");
  reporter.healed("dumps", Date.UTC(2026, 4, 3));
  await until(() => it.cluster.writes.length === 2);
  expect(node.metadata.annotations[keys.annotation]).toContain('"healed":"2026-05-03T00:00:00Z"');
});

test("a heartbeat writes at its time", async () => {
  const { it } = reporting({ settings: () => ({ keys, heartbeatMs: 1000, startupTaint: null }) });
  await until(() => it.cluster.writes.length >= 2, 5000);
  const [first, second] = it.cluster.writes.map(({ at }) => at);
  // Times on the node are in whole seconds.
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(0);
  expect((second ?? 0) - (first ?? 0)).toBeLessThan(3000);
});

describe("an API server that is away", () => {
  test.each([
    ["answers 503", { kind: "status", status: 503 }],
    ["answers 429", { kind: "status", status: 429 }],
    ["hangs", { kind: "hang" }],
    ["breaks off", { kind: "reset" }],
    ["talks nonsense", { kind: "garbage" }],
  ] as const)("%s: exactly one write catches up, told once when it goes and once when it is back", async (_, fault) => {
    const { it, reporter, node } = reporting({ resyncMs: 20 });
    await until(() => label(node) === "ready");
    const writes = it.cluster.writes.length;
    it.cluster.fault = () => fault;
    await until(() => toldOf(it, "kubernetesFailing").length === 1);
    for (let round = 0; round < 5; round++) {
      it.status = round % 2 === 0 ? statusOf([absent("dumps")], { ready: false }) : statusOf([mountStatus("dumps")]);
      reporter.healed("dumps", Date.UTC(2026, 4, 3, 0, 0, round));
      const seen = it.cluster.seen.length;
      await until(() => it.cluster.seen.length > seen);
    }
    const during = it.cluster.writes.length;
    it.cluster.fault = () => null;
    await until(() => toldOf(it, "kubernetesBack").length === 1);
    await until(() => label(node) === "degraded");
    const seen = gets(it);
    await until(() => gets(it) > seen + 3);
    expect(it.cluster.writes).toHaveLength(during + 1);
    expect(during - writes).toBeLessThanOrEqual(1);
    expect(toldOf(it, "kubernetesFailing")).toHaveLength(1);
  });

  test("a write whose answer is lost is not made twice", async () => {
    const it = scene();
    let swallowed = 0;
    it.cluster.fault = (seen) => {
      if (seen.method !== "PATCH" || swallowed > 0) return null;
      swallowed += 1;
      return { kind: "slow", ms: 400 };
    };
    const { node } = reporting({}, it);
    await until(() => label(node) === "ready");
    await until(() => gets(it) >= 2);
    const seen = it.cluster.writes.length;
    expect(seen).toBeLessThanOrEqual(2);
  });

  test("retries come less and less often", async () => {
    const it = scene();
    it.cluster.fault = () => ({ kind: "status", status: 500 });
    reporting({}, it);
    await until(() => it.cluster.seen.length >= 6);
    const times = it.cluster.seen.map(({ at }) => at);
    // 20, 40, then 80 ms each; at the first pace it would be 100.
    expect((times[5] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(280);
  });

  test("an order to come back later is followed", async () => {
    const it = scene();
    it.cluster.fault = () => ({ kind: "status", status: 429, headers: { "Retry-After": "0.15" } });
    reporting({}, it);
    await until(() => it.cluster.seen.length >= 3);
    const times = it.cluster.seen.map(({ at }) => at);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(140);
  });
});

test.each([
  [403, "nodes is forbidden"],
  [401, "Unauthorized"],
  [404, "nodes not found"],
  [422, "denied by the policy"],
])("%d is told at once in the server's words, and asked again later", async (status, message) => {
  const it = scene();
  it.cluster.fault = () => ({ kind: "status", status, message });
  reporting({}, it);
  await until(() => it.cluster.seen.length >= 3);
  expect(toldOf(it, "kubernetesFailing").map(({ why }) => why)).toEqual([`${status}: ${message}`]);
});

describe("the startup taint", () => {
  const taint = { key: "mooring.dev/not-ready", effect: "NoSchedule" };
  const settings = () => ({ keys, heartbeatMs: 0, startupTaint: "mooring.dev/not-ready:NoSchedule" });
  const tainted = (...taints: unknown[]) => {
    const it = scene();
    (it.cluster.node.spec as { taints: unknown[] }).taints = taints;
    return it;
  };

  test("is removed when the mounts are ready, and not before", async () => {
    const it = tainted(taint);
    it.status = statusOf([absent("dumps")], { ready: false });
    const { reporter, node } = reporting({ settings }, it);
    await until(() => label(node) === "degraded");
    expect(node.spec.taints).toHaveLength(1);
    it.status = statusOf([mountStatus("dumps")]);
    reporter.changed();
    await until(() => toldOf(it, "startupTaintRemoved").length > 0);
    expect(node.spec.taints).toEqual([]);
    expect(toldOf(it, "startupTaintRemoved")).toHaveLength(1);
  });

  test("another taint that came in between is not lost", async () => {
    const other = { key: "other", effect: "NoExecute" };
    const it = tainted(taint);
    let first = true;
    it.cluster.fault = ({ type }) => {
      if (type !== "application/json-patch+json" || !first) return null;
      first = false;
      (it.cluster.node.spec as { taints: unknown[] }).taints.unshift(other);
      return null;
    };
    const { node } = reporting({ settings }, it);
    await until(() => JSON.stringify(node.spec.taints) === JSON.stringify([other]));
  });

  test("a refusal is told, and tried again with the next look", async () => {
    const it = tainted(taint);
    it.cluster.fault = ({ type }) =>
      type === "application/json-patch+json" ? { kind: "status", status: 403, message: "nodes is forbidden" } : null;
    const { node } = reporting({ settings, resyncMs: 20 }, it);
    await until(() => toldOf(it, "kubernetesFailing").length === 1);
    it.cluster.fault = () => null;
    await until(() => node.spec.taints?.length === 0);
  });
});

describe("two instances on one node", () => {
  const claim = JSON.stringify({
    pod: "other/o-0",
    uid: "other-uid",
    holds: ["volume-mounts", "VolumeMountsReady"],
    mounts: {},
  });
  const claimed = () => {
    const it = scene();
    const { metadata } = it.cluster.node as never as Node;
    metadata.annotations["mooring.dev/other"] = claim;
    metadata.labels["volume-mounts"] = "ready";
    return it;
  };

  test("the second writes its annotation and leaves label and condition alone, and tells", async () => {
    const it = claimed();
    it.status = statusOf([absent("dumps")], { ready: false });
    const { node } = reporting({ resyncMs: 10 }, it);
    await until(() => node.metadata.annotations[keys.annotation] !== undefined);
    await until(() => gets(it) > 10);
    expect(label(node)).toBe("ready");
    expect(conditionOf(node)).toBeUndefined();
    expect(it.cluster.writes).toHaveLength(1);
    expect(toldOf(it, "nodeMarksHeld")).toMatchObject([{ holder: "other (pod other/o-0)" }]);
  });

  test("it takes over once the first has been gone for a while, and not at once", async () => {
    const it = claimed();
    let live: boolean | null = null;
    const { node } = reporting({ resyncMs: 10, takeOverMs: 150, isLive: () => live }, it);
    it.status = statusOf([absent("dumps")], { ready: false });
    await until(() => gets(it) > 5);
    live = false;
    const goneAt = performance.now();
    await until(() => label(node) === "degraded");
    expect(performance.now() - goneAt).toBeGreaterThan(140);
    expect(conditionOf(node)?.reason).toBe("SourceNotMounted");
  });

  test("an absence that ends begins anew", async () => {
    const it = claimed();
    let live = true;
    const asked: Holder[] = [];
    const isLive = (holder: Holder) => {
      asked.push(holder);
      return live;
    };
    const { node } = reporting({ resyncMs: 10, takeOverMs: 100_000, isLive }, it);
    await until(() => asked.length > 3);
    live = false;
    await until(() => asked.length > 6);
    live = true;
    await until(() => asked.length > 9);
    expect(asked[0]).toEqual({ instance: "other", pod: "other/o-0", uid: "other-uid" });
    expect(conditionOf(node)).toBeUndefined();
  });
});

describe("the last word", () => {
  test("nobody knows any more, at once whatever the pace", async () => {
    const { it, reporter, node } = reporting({ pacer: new Pacer(60_000) });
    await until(() => label(node) === "ready");
    await reporter.end("stopped", 1000);
    expect(label(node)).toBe("degraded");
    expect(conditionOf(node)).toMatchObject({ status: "Unknown", reason: "AgentStopped" });
    expect(it.cluster.writes).toHaveLength(2);
  });

  test("every mark is taken back", async () => {
    const { reporter, node } = reporting();
    await until(() => label(node) === "ready");
    await reporter.end("takenBack", 1000);
    expect(label(node)).toBeUndefined();
    expect(conditionOf(node)).toBeUndefined();
    expect(node.metadata.annotations[keys.annotation]).toBeUndefined();
    expect(node.metadata.labels["kubernetes.io/os"]).toBe("linux");
  });

  test("a write that is on its way does not outlive it", async () => {
    const it = scene();
    it.cluster.fault = ({ method }) => (method === "PATCH" ? { kind: "slow", ms: 100 } : null);
    const { reporter, node } = reporting({}, it);
    await until(() => it.cluster.writes.length === 1);
    await reporter.end("takenBack", 1000);
    expect(label(node)).toBeUndefined();
    expect(node.metadata.annotations[keys.annotation]).toBeUndefined();
  });

  test("it does not wait longer than it may", async () => {
    const { it, reporter } = reporting();
    await until(() => it.cluster.writes.length === 1);
    it.cluster.fault = () => ({ kind: "hang" });
    const startedAt = performance.now();
    await reporter.end("stopped", 100);
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  test("without having seen the node it looks first", async () => {
    const it = scene();
    it.cluster.fault = () => ({ kind: "status", status: 500 });
    const { reporter, node } = reporting({}, it);
    await until(() => it.cluster.seen.length > 0);
    it.cluster.fault = () => null;
    await reporter.end("stopped", 1000);
    expect(conditionOf(node)?.reason).toBe("AgentStopped");
  });
});
