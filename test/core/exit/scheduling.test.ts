import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isPinnedTo, matches, readNodeSelector } from "../../../agent/core/exit/node-selector.ts";
import { readPodPlan } from "../../../agent/core/exit/pod-plan.ts";
import { isTemplatePinned, whyNotSelected } from "../../../agent/core/exit/successor.ts";
import { type NodeParts, nodeView } from "../report/examples.ts";

const labels = {
  zone: "a",
  size: "10",
  "topology.driver.example/node": "worker-1",
  "topology.kubernetes.io/zone": "a",
};
const node = (parts: NodeParts = {}) => nodeView({ labels, ...parts });
const selector = (...terms: unknown[]) => {
  const read = readNodeSelector({ nodeSelectorTerms: terms });
  if (read === null) throw new Error("no selector");
  return read;
};
const wants = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});
const wantsField = (key: string, operator: string, ...values: string[]) => ({
  matchFields: [{ key, operator, values }],
});

describe("a node selector", () => {
  test.each([
    [wants("zone", "In", "a", "b"), true],
    [wants("zone", "In", "b"), false],
    [wants("zone", "In"), false],
    [wants("gone", "In", "a"), false],
    [wants("zone", "NotIn", "b"), true],
    [wants("zone", "NotIn", "a"), false],
    [wants("gone", "NotIn", "a"), true],
    [wants("zone", "Exists"), true],
    [wants("gone", "Exists"), false],
    [wants("zone", "DoesNotExist"), false],
    [wants("gone", "DoesNotExist"), true],
    [wants("size", "Gt", "9"), true],
    [wants("size", "Gt", "10"), false],
    [wants("size", "Lt", "11"), true],
    [wants("size", "Lt", "10"), false],
    [wants("size", "Lt", "-1"), false],
    [wants("zone", "Gt", "1"), false],
    [wants("size", "Gt", "x"), false],
    [wants("size", "Gt", "+9"), false],
    [wants("size", "Gt", "1", "2"), false],
    [wants("gone", "Lt", "1"), false],
    [wants("zone", "Near", "a"), false],
    [wantsField("metadata.name", "In", "worker-1"), true],
    [wantsField("metadata.name", "NotIn", "worker-1"), false],
    [wantsField("metadata.uid", "Exists"), false],
    [{}, false],
    [null, false],
  ])("%j: %p", (term, expected) => {
    expect(matches(selector(term), node())).toBe(expected);
  });

  test("any term is enough, within a term all count", () => {
    const both = {
      matchExpressions: [...wants("zone", "In", "a").matchExpressions, ...wants("gone", "Exists").matchExpressions],
    };
    expect(matches(selector(both), node())).toBeFalse();
    expect(matches(selector(both, wants("zone", "Exists")), node())).toBeTrue();
    expect(matches(selector(), node())).toBeFalse();
  });

  test("none at all is null", () => {
    for (const raw of [undefined, null, {}, 7, { nodeSelectorTerms: "x" }]) expect(readNodeSelector(raw)).toBeNull();
    fc.assert(fc.property(fc.array(fc.anything()), (terms) => void matches(selector(...terms), node())));
  });
});

describe("pinned to this node", () => {
  test.each([
    ["its hostname", [wants("kubernetes.io/hostname", "In", "worker-1")], true],
    ["its name", [wantsField("metadata.name", "In", "worker-1")], true],
    ["its name under a driver's key", [wants("topology.driver.example/node", "In", "worker-1")], true],
    [
      "its hostname beside more",
      [
        {
          matchExpressions: [
            ...wants("kubernetes.io/hostname", "In", "worker-1").matchExpressions,
            ...wants("zone", "Exists").matchExpressions,
          ],
        },
      ],
      true,
    ],
    ["two hostnames", [wants("kubernetes.io/hostname", "In", "worker-1", "worker-2")], false],
    ["another hostname", [wants("kubernetes.io/hostname", "In", "worker-2")], false],
    ["its zone", [wants("topology.kubernetes.io/zone", "In", "a")], false],
    [
      "its hostname or another term",
      [wants("kubernetes.io/hostname", "In", "worker-1"), wants("zone", "In", "a")],
      false,
    ],
    ["every other node", [wants("kubernetes.io/hostname", "NotIn", "worker-2")], false],
    ["its name under a key that the node does not have", [wants("elsewhere", "In", "worker-1")], false],
    ["nothing", [], false],
  ])("by %s: %p", (_, terms, expected) => {
    expect(isPinnedTo(selector(...terms), node())).toBe(expected as boolean);
  });

  test.each([
    [{ nodeName: "worker-1" }, true],
    [{ nodeName: "worker-2" }, false],
    [{ nodeSelector: { "kubernetes.io/hostname": "worker-1" } }, true],
    [{ nodeSelector: { "kubernetes.io/hostname": "worker-2" } }, false],
    [{ nodeSelector: { zone: "a" } }, false],
    [{}, false],
  ])("a template with %j: %p", (spec, expected) => {
    expect(isTemplatePinned(readPodPlan(spec), node())).toBe(expected);
  });

  test("the hostname label may differ from the name, and may be missing", () => {
    const other = node({ labels: { "kubernetes.io/hostname": "ip-10-0-0-1" } });
    expect(
      isTemplatePinned(readPodPlan({ nodeSelector: { "kubernetes.io/hostname": "ip-10-0-0-1" } }), other),
    ).toBeTrue();
    const bare = { ...node(), labels: {} };
    expect(isTemplatePinned(readPodPlan({ nodeSelector: { "kubernetes.io/hostname": "worker-1" } }), bare)).toBeTrue();
  });

  test("by required affinity", () => {
    const required = { nodeSelectorTerms: [wants("kubernetes.io/hostname", "In", "worker-1")] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    expect(isTemplatePinned(readPodPlan({ affinity }), node())).toBeTrue();
  });
});

describe("does this DaemonSet still select this node", () => {
  const taint = (key: string, effect = "NoSchedule", value?: string) => ({ key, effect, value });
  const required = (...terms: unknown[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  });

  test.each([
    ["nothing asked", {}, {}, null],
    ["a label that is there", { nodeSelector: { zone: "a" } }, {}, null],
    ["a label that is gone", { nodeSelector: { pool: "x" } }, {}, "the node lacks the label pool=x"],
    ["a label of another value", { nodeSelector: { zone: "b" } }, {}, "the node lacks the label zone=b"],
    ["affinity that fits", required(wants("zone", "Exists")), {}, null],
    ["affinity that excludes", required(wants("zone", "NotIn", "a")), {}, "its node affinity excludes the node"],
    ["affinity without terms", required(), {}, "its node affinity excludes the node"],
    ["another node by name", { nodeName: "worker-2" }, {}, "it wants node worker-2"],
    ["this node by name", { nodeName: "worker-1" }, {}, null],
    ["a cordoned node", {}, { taints: [taint("node.kubernetes.io/unschedulable")] }, null],
    ["a node that is not ready", {}, { taints: [taint("node.kubernetes.io/not-ready", "NoExecute")] }, null],
    [
      "a node that is not ready, NoSchedule",
      {},
      { taints: [taint("node.kubernetes.io/not-ready")] },
      "it does not tolerate the node's taint node.kubernetes.io/not-ready:NoSchedule",
    ],
    ["disk pressure", {}, { taints: [taint("node.kubernetes.io/disk-pressure")] }, null],
    ["a taint", {}, { taints: [taint("gpu")] }, "it does not tolerate the node's taint gpu:NoSchedule"],
    [
      "a taint NoExecute",
      {},
      { taints: [taint("gpu", "NoExecute")] },
      "it does not tolerate the node's taint gpu:NoExecute",
    ],
    ["a taint that only prefers", {}, { taints: [taint("gpu", "PreferNoSchedule")] }, null],
    [
      "everything tolerated",
      { tolerations: [{ operator: "Exists" }] },
      { taints: [taint("gpu"), taint("x", "NoExecute")] },
      null,
    ],
    [
      "preferred affinity",
      { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } },
      {},
      null,
    ],
  ] as [string, unknown, NodeParts, string | null][])("%s", (_, spec, parts, why) => {
    expect(whyNotSelected(readPodPlan(spec), node(parts))).toBe(why);
  });
});
