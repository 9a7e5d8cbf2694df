import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Marks, marksOf } from "../../../agent/core/report/marks.ts";
import { readNode } from "../../../agent/core/report/node-view.ts";
import { type NodePatch, patchFor, patchToTakeBack } from "../../../agent/core/report/patch.ts";
import { absent, mountStatus, now, statusOf } from "../../http/example-status.ts";
import { author, keys, type NodeParts, nodeJson, nodeView } from "./examples.ts";

const ready = marksOf({ status: statusOf([mountStatus("dumps")]), healed: new Map(), stopping: false });
const away = marksOf({ status: statusOf([absent("dumps")], { ready: false }), healed: new Map(), stopping: false });

const wanted = (marks: Marks, parts: NodeParts = {}, change = {}) => ({
  view: nodeView(parts),
  marks,
  keys,
  author,
  holds: true,
  now,
  heartbeatMs: 0,
  ...change,
});

/** What the API server makes of a strategic merge patch, as far as these go. */
const apply = (parts: NodeParts, patch: NodePatch | null): NodeParts => {
  if (patch === null) return parts;
  const merge = (old: Record<string, string> = {}, change: Record<string, string | null> = {}) =>
    Object.fromEntries(
      Object.entries({ ...old, ...change }).filter((entry): entry is [string, string] => entry[1] !== null),
    );
  const changed = patch.status?.conditions ?? [];
  const kept = (parts.conditions ?? []).filter(
    (old) => !changed.some(({ type }) => type === (old as { type: string }).type),
  );
  return {
    ...parts,
    labels: merge(parts.labels, patch.metadata.labels),
    annotations: merge(parts.annotations, patch.metadata.annotations),
    conditions: [...kept, ...changed.filter((each) => each.$patch !== "delete")],
  };
};

test("a bare node gets label, annotation and condition in one patch", () => {
  expect(patchFor(wanted(ready))).toEqual({
    metadata: {
      labels: { "volume-mounts": "ready" },
      annotations: {
        "mooring.dev/storage-m":
          '{"pod":"storage/m-0","uid":"agent-uid","holds":["volume-mounts","VolumeMountsReady"],"mounts":{"dumps":{"state":"Healthy","reason":"Verified","since":"2026-05-02T23:01:00Z"}}}',
      },
    },
    status: {
      conditions: [
        {
          type: "VolumeMountsReady",
          status: "True",
          reason: "MountsReady",
          message: "1 mount attached and verified",
          lastHeartbeatTime: "2026-05-03T02:01:00Z",
          lastTransitionTime: "2026-05-03T02:01:00Z",
        },
      ],
    },
  });
});

test("what was written once is not written again", () => {
  const written = apply({}, patchFor(wanted(ready)));
  expect(patchFor(wanted(ready, written, { now: now + 1e9 }))).toBeNull();
});

test.each([
  ["the label", (parts: NodeParts) => ({ ...parts, labels: { "volume-mounts": "degraded" } })],
  ["no label", (parts: NodeParts) => ({ ...parts, labels: {} })],
  ["the annotation", (parts: NodeParts) => ({ ...parts, annotations: { [keys.annotation]: "{}" } })],
  ["no annotation", (parts: NodeParts) => ({ ...parts, annotations: {} })],
  ["no condition", (parts: NodeParts) => ({ ...parts, conditions: [] })],
  ...(["status", "reason", "message"] as const).map(
    (field) =>
      [
        `the condition's ${field}`,
        (parts: NodeParts) => ({ ...parts, conditions: [{ ...(parts.conditions?.[0] as object), [field]: "False" }] }),
      ] as const,
  ),
])("%s changed by somebody else is put right", (_, meddle) => {
  const written = apply({}, patchFor(wanted(ready)));
  const patch = patchFor(wanted(ready, meddle(written)));
  expect(patch).not.toBeNull();
  expect(apply(meddle(written), patch).labels).toEqual(written.labels as Record<string, string>);
  expect(patchFor(wanted(ready, apply(meddle(written), patch)))).toBeNull();
});

const timesIn = (patch: NodePatch | null) => {
  const { lastHeartbeatTime, lastTransitionTime } = patch?.status?.conditions[0] ?? {};
  return [lastHeartbeatTime, lastTransitionTime];
};

test("the transition time moves with the status only", () => {
  const written = apply({}, patchFor(wanted(ready)));
  const meddled = { ...written, labels: {} };
  expect(timesIn(patchFor(wanted(ready, meddled, { now: now + 60_000 })))).toEqual([
    "2026-05-03T02:02:00Z",
    "2026-05-03T02:01:00Z",
  ]);
  expect(timesIn(patchFor(wanted(away, written, { now: now + 60_000 })))).toEqual([
    "2026-05-03T02:02:00Z",
    "2026-05-03T02:02:00Z",
  ]);
});

test("a heartbeat is due when it is wanted, and not before", () => {
  const written = apply({}, patchFor(wanted(ready)));
  const at = (ms: number) => patchFor(wanted(ready, written, { now: now + ms, heartbeatMs: 60_000 }));
  expect(at(59_999)).toBeNull();
  expect(timesIn(at(60_000))).toEqual(["2026-05-03T02:02:00Z", "2026-05-03T02:01:00Z"]);
});

test("a condition with times that are none still gets its heartbeat", () => {
  const written = apply({}, patchFor(wanted(ready)));
  const broken = { ...written, conditions: [{ ...(written.conditions?.[0] as object), lastHeartbeatTime: "never" }] };
  expect(patchFor(wanted(ready, broken, { heartbeatMs: 60_000 }))).not.toBeNull();
});

test("without the plain names only the annotation is written, and it claims nothing", () => {
  const patch = patchFor(wanted(ready, {}, { holds: false }));
  expect(Object.keys(patch ?? {})).toEqual(["metadata"]);
  expect(patch?.metadata.labels).toBeUndefined();
  expect(patch?.metadata.annotations[keys.annotation]).not.toContain("holds");
  expect(patchFor(wanted(ready, apply({}, patch), { holds: false }))).toBeNull();
});

test("everything is taken back, and a second time there is nothing to take", () => {
  const others = { labels: { app: "x" }, conditions: [{ type: "Other", status: "True" }] };
  const written = apply(others, patchFor(wanted(ready, others)));
  const after = apply(written, patchToTakeBack(nodeView(written), keys, true));
  expect(after).toEqual({ ...others, annotations: {} });
  expect(patchToTakeBack(nodeView(after), keys, true)).toBeNull();
});

test("what belongs to another instance is not taken", () => {
  const written = apply({}, patchFor(wanted(ready, {}, { holds: false })));
  expect(patchToTakeBack(nodeView(written), keys, false)).toEqual({
    metadata: { annotations: { [keys.annotation]: null } },
  });
  expect(patchToTakeBack(nodeView(), keys, false)).toBeNull();
});

test("from any node, one patch is enough", () => {
  const text = fc.string({ maxLength: 20 });
  const parts = fc.record({
    labels: fc.dictionary(fc.constantFrom("volume-mounts", "app"), text),
    annotations: fc.dictionary(fc.constantFrom(keys.annotation, "mooring.dev/other", "x"), text),
    conditions: fc.array(fc.record({ type: fc.constant("VolumeMountsReady"), status: text, reason: text }), {
      maxLength: 1,
    }),
  });
  fc.assert(
    fc.property(parts, fc.constantFrom(ready, away), fc.boolean(), (node, marks, holds) => {
      const after = apply(node, patchFor(wanted(marks, node, { holds })));
      expect(patchFor(wanted(marks, after, { holds, now: now + 1e6 }))).toBeNull();
    }),
  );
});

test("what is no node is none", () => {
  for (const body of [null, 7, "x", [], {}, { metadata: { name: "a" } }, { metadata: { uid: "a" } }])
    expect(readNode(body, keys.condition)).toBeNull();
  fc.assert(fc.property(fc.anything(), (body) => void readNode(body, "X")));
  expect(readNode(nodeJson(), keys.condition)?.annotations).toEqual({});
});
