import { describe, expect, test } from "bun:test";
import type { Condition } from "../../agent/core/condition.ts";
import { keys } from "../core/report/examples.ts";
import { absent, mountStatus, statusOf } from "../http/example-status.ts";
import { conditionOf, GAP_MS, gets, label, reporting } from "./reporting.ts";
import { scene, toldOf, until } from "./scene.ts";

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
  // Whatever is the same again when its turn comes is not written.
  for (let round = 0; round < 200 || it.cluster.writes.length < 4; round++) {
    it.status = Math.random() < 0.5 ? statusOf([absent("dumps")], { ready: false }) : statusOf([mountStatus("dumps")]);
    reporter.changed();
    await Bun.sleep(1);
  }
  it.status = statusOf([absent("dumps")], { ready: false });
  reporter.changed();
  await until(() => conditionOf(node)?.reason === "SourceNotMounted");
  // Each may be on its way for a while, so the distance shows in their number.
  const times = it.cluster.writes.map(({ at }) => at);
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
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
  const { it } = reporting({ settings: () => ({ heartbeatMs: 1000, startupTaint: null }) });
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
