import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, decideExit, type ExitFacts } from "../../../agent/core/exit/decide.ts";
import { cases } from "./cases.ts";
import {
  daemon,
  denied,
  missing,
  node,
  pod,
  podSpec,
  shared,
  silent,
  stateful,
  withVolume,
  workloadOf,
} from "./examples.ts";
import { successors } from "./successors.ts";

test.each([...cases, ...successors])("%s", (_, facts, policy, why) => {
  const decision = decideExit(facts);
  expect(decision.policy).toBe(policy);
  expect(decision.why).toContain(why);
});

test("it is open while the pod is known to be deleted and what follows is not known, if the answer matters", () => {
  const isOpen = (facts: ExitFacts) => decideExit(facts).isOpen;
  for (const facts of [daemon({ workload: silent }), daemon({ node: silent }), stateful(withVolume(silent))])
    expect(isOpen(facts)).toBeTrue();
  for (const facts of [daemon(), daemon({ pod: silent }), daemon({ workload: missing }), daemon({ node: denied })])
    expect(isOpen(facts)).toBeFalse();
  expect(isOpen(daemon({ exit: "release", workload: silent }))).toBeFalse();
});

/** A rollout whose pods say a checksum of the names that they mark the node with. */
const named = (own: string | null, next: string | null): ExitFacts => {
  const annotated = (marks: string | null) => (marks === null ? {} : { annotations: { "checksum/marks": marks } });
  const spec = { template: { metadata: annotated(next), spec: podSpec(shared) } };
  return daemon({ ...pod("DaemonSet", shared, annotated(own)), workload: workloadOf(shared, {}, spec) });
};

describe("the marks on the node", () => {
  test.each([
    ["stay when the agent comes back", daemon(), true],
    ["are taken back when it does not", daemon({ workload: missing }), false],
    ["are taken back although the mounts stay", daemon({ exit: "keep", workload: missing }), false],
    ["stay although the mounts are released", daemon({ exit: "release" }), true],
    ["stay when the next pod has the same names", named("a", "a"), true],
    ["are taken back when the next pod has others", named("a", "b"), false],
    ["stay when nobody says which names the next pod has", named("a", null), true],
    ["stay when nobody says which names the pod had", named(null, "b"), true],
  ])("%s", (_, facts, comesBack) => {
    expect(decideExit(facts).comesBack).toBe(comesBack);
  });
});

test("whatever the API says, a released mount was really removed: never on silence alone", () => {
  const answers = <T>(value: Answer<T>) => fc.constantFrom<Answer<T>>(value, silent);
  fc.assert(
    fc.property(answers(daemon().pod), answers(workloadOf(shared)), answers(node()), (pod, workload, nodeAnswer) => {
      expect(decideExit(daemon({ pod, workload, node: nodeAnswer })).policy).toBe("keep");
    }),
  );
});
