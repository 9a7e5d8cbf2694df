import { describe, expect, test } from "bun:test";
import type { Holder } from "../../agent/core/report/ownership.ts";
import { Pacer } from "../../agent/kubernetes/pacer.ts";
import { keys } from "../core/report/examples.ts";
import { absent, mountStatus, statusOf } from "../http/example-status.ts";
import { conditionOf, gets, label, type Node, reporting } from "./reporting.ts";
import { scene, toldOf, until } from "./scene.ts";

describe("the startup taint", () => {
  const taint = { key: "mooring.dev/not-ready", effect: "NoSchedule" };
  const settings = () => ({ heartbeatMs: 0, startupTaint: "mooring.dev/not-ready:NoSchedule" });
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

  test("what its own pod claimed under another instance, before its container was restarted, holds nothing up", async () => {
    const it = claimed();
    const { node } = reporting({ author: { pod: "other/o-0", uid: "other-uid" } }, it);
    await until(() => conditionOf(node) !== undefined);
    expect(label(node)).toBe("ready");
    expect(toldOf(it, "nodeMarksHeld")).toEqual([]);
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
