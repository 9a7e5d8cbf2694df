import { expect, test } from "bun:test";
import { patchToRemoveTaint } from "../../../agent/core/report/startup-taint.ts";
import { nodeView } from "./examples.ts";

const mine = { key: "mooring.dev/not-ready", effect: "NoSchedule", timeAdded: "2026-05-03T02:01:00Z" };
const other = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

test("the taint is removed at its place, and only while it still stands there as it was seen", () => {
  expect(patchToRemoveTaint(nodeView({ taints: [other, mine] }), "mooring.dev/not-ready:NoSchedule")).toEqual([
    { op: "test", path: "/spec/taints/1", value: mine },
    { op: "remove", path: "/spec/taints/1" },
  ]);
});

test.each([
  ["no taints", undefined, "mooring.dev/not-ready:NoSchedule"],
  ["another key", [other], "mooring.dev/not-ready:NoSchedule"],
  ["another effect", [mine], "mooring.dev/not-ready:NoExecute"],
  ["another value", [{ ...mine, value: "a" }], "mooring.dev/not-ready=b:NoSchedule"],
  ["a value where none is meant", [{ ...mine, value: "a" }], "mooring.dev/not-ready:NoSchedule"],
  ["nonsense in the list", [null, 7, "x", {}], "mooring.dev/not-ready:NoSchedule"],
])("%s: nothing to remove", (_, taints, wanted) => {
  expect(patchToRemoveTaint(nodeView(taints === undefined ? {} : { taints }), wanted)).toBeNull();
});

test("a value is compared when there is one", () => {
  const patch = patchToRemoveTaint(
    nodeView({ taints: [{ ...mine, value: "yes" }] }),
    "mooring.dev/not-ready=yes:NoSchedule",
  );
  expect(patch?.[1].path).toBe("/spec/taints/0");
});
