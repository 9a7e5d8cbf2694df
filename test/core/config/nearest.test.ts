import { expect, test } from "bun:test";
import fc from "fast-check";
import { nearest } from "../../../agent/core/config/nearest.ts";

const keys = ["source", "sourceMustBeMount", "target", "hostPath", "options", "mode", "ro", "min"];

test.each([
  ["sorce", "source"],
  ["soruce", "source"],
  ["hostpath", "hostPath"],
  ["host_path", "hostPath"],
  ["host-path", "hostPath"],
  ["TARGET", "target"],
  ["optoins", "options"],
  ["source-must-be-mount", "sourceMustBeMount"],
  ["mni", "min"],
])("%s probably means %s", (word, meant) => {
  expect(nearest(word, keys)).toBe(meant);
});

test.each(["rw", "", "x", "path", "something else", "z".repeat(65), "source".repeat(1000)])(
  "%s means none of them",
  (word) => {
    expect(nearest(word, keys)).toBeNull();
  },
);

test("of several the closest is meant, the first of equally close ones", () => {
  expect(nearest("mix", ["min", "mix", "max"])).toBe("mix");
  expect(nearest("miy", ["min", "mix"])).toBe("min");
});

test("a word is nearest to itself, and whatever is typed gets an answer", () => {
  fc.assert(fc.property(fc.constantFrom(...keys), (key) => nearest(key, keys) === key));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (word) => {
      const meant = nearest(word, keys);
      return meant === null || keys.includes(meant);
    }),
  );
});

test("one letter changed in a word of at least three is recognised", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("source", "target", "options", "hostPath"),
      fc.nat(),
      fc.constantFrom("", "x", "xy"),
      (key, at, by) => {
        const place = at % key.length;
        return nearest(key.slice(0, place) + by + key.slice(place + 1), keys) === key;
      },
    ),
  );
});
