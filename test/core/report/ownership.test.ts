import { expect, test } from "bun:test";
import fc from "fast-check";
import { marksOf } from "../../../agent/core/report/marks.ts";
import { annotationText, holderOf, isClaimedByUs, otherHolders } from "../../../agent/core/report/ownership.ts";
import { mountStatus, statusOf } from "../../http/example-status.ts";
import { author, keys, nodeView } from "./examples.ts";

const holds = (label = "volume-mounts", condition = "VolumeMountsReady") =>
  JSON.stringify({ pod: "other/o-0", uid: "other-uid", holds: [label, condition], mounts: {} });
const node = (annotations: Record<string, string>) => nodeView({ annotations });
const alive = () => true;
const dead = () => false;

test("a live claim of another instance is respected, with the pod that makes it", () => {
  const view = node({ "mooring.dev/other": holds() });
  expect(holderOf(view, keys, author, alive)).toEqual({ instance: "other", pod: "other/o-0", uid: "other-uid" });
  expect(holderOf(view, keys, author, dead)).toBeNull();
});

test.each([
  ["one label for both", holds("volume-mounts", "Mine"), true],
  ["one condition for both", holds("mine", "VolumeMountsReady"), true],
  ["names of its own", holds("mine", "Mine"), false],
  ["no claim", JSON.stringify({ mounts: {} }), false],
  ["a claim that is none", JSON.stringify({ holds: "volume-mounts" }), false],
  ["no JSON", "ready", false],
  ["a list", "[]", false],
  ["null", "null", false],
])("another instance with %s", (_, text, isHolder) => {
  expect(otherHolders(node({ "mooring.dev/other": text }), keys, author).length).toBe(isHolder ? 1 : 0);
});

test("our own annotation is no other, and annotations of others are not read", () => {
  expect(otherHolders(node({ [keys.annotation]: holds(), "example.com/x": holds() }), keys, author)).toEqual([]);
});

test("what our own pod wrote under another instance is no other agent's", () => {
  const text = JSON.stringify({ pod: author.pod, uid: author.uid, holds: ["volume-mounts"], mounts: {} });
  expect(otherHolders(node({ "mooring.dev/before": text }), keys, author)).toEqual([]);
  const nobody = JSON.stringify({ holds: ["volume-mounts"] });
  expect(otherHolders(node({ "mooring.dev/before": nobody }), keys, { pod: null, uid: null })).toHaveLength(1);
});

test("of two that claimed at once the first by name keeps the names, and both know it", () => {
  const both = node({ "mooring.dev/other": holds(), [keys.annotation]: holds() });
  expect(holderOf(both, keys, author, alive)?.instance).toBe("other");
  const fromTheOther = { ...keys, annotation: "mooring.dev/other" };
  expect(holderOf(both, fromTheOther, author, alive)).toBeNull();
});

test("exactly one of any instances that claimed at once keeps the names", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(names, (instances) => {
      const view = node(Object.fromEntries(instances.map((each) => [`mooring.dev/${each}`, holds()])));
      const winners = instances.filter(
        (each) => holderOf(view, { ...keys, annotation: `mooring.dev/${each}` }, author, alive) === null,
      );
      expect(winners).toHaveLength(1);
    }),
  );
});

test("the text that is written is the text that is read", () => {
  const marks = marksOf({ status: statusOf([mountStatus("dumps")]), healed: new Map(), stopping: true });
  const text = annotationText(marks, author, keys, true);
  expect(isClaimedByUs(node({ [keys.annotation]: text }), keys)).toBeTrue();
  expect(JSON.parse(text).stopped).toBeTrue();
  expect(isClaimedByUs(node({ [keys.annotation]: annotationText(marks, author, keys, false) }), keys)).toBeFalse();
  expect(isClaimedByUs(node({}), keys)).toBeFalse();
});
