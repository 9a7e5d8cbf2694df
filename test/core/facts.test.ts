import { describe, expect, test } from "bun:test";
import {
  isPinned,
  isStale,
  mayHoldOurs,
  oursOnTop,
  rightOnTop,
  sameMounted,
  strayedOptions,
  wrongOnTop,
} from "../../agent/core/facts.ts";
import { bareTop, expected, factsOf, type Given, rightTop, wrongDetails, wrongTop } from "./facts-of.ts";

const foreign: Given = { observed: { top: wrongTop, details: wrongDetails, stack: [9n] } };
const deleted: Given = { observed: { top: { ...rightTop, deleted: true } } };
const bare: Given = { observed: { top: bareTop, stack: [] } };
const unknown: Given = { memory: { expected: null, anchored: false, attachedMount: null } };
const trouble = { kind: "trouble", reason: "NotShared", message: "" } as const;

describe("on top lies", () => {
  const cases: [what: string, verdict: "right" | "wrong" | "neither", given: Given][] = [
    ["the expected directory", "right", {}],
    ["another mount of it", "right", { observed: { top: { ...rightTop, id: 8n } } }],
    ["the expected one, deleted", "wrong", deleted],
    ["a deleted one while nothing is expected", "wrong", { ...deleted, ...unknown }],
    ["the same inode of another device", "wrong", { observed: { top: { ...rightTop, device: "8:18" } } }],
    ["another inode of the same device", "wrong", { observed: { top: { ...rightTop, inode: 43n } } }],
    ["something while nothing is expected", "neither", { ...foreign, ...unknown }],
    ["nothing", "neither", bare],
  ];
  for (const [what, verdict, given] of cases)
    test(`${what}: ${verdict}`, () => {
      const facts = factsOf(given);
      const found = rightOnTop(facts) ? "right" : wrongOnTop(facts) ? "wrong" : "neither";
      expect(found).toBe(verdict);
      expect(rightOnTop(facts) !== null && wrongOnTop(facts) !== null).toBe(false);
    });
});

describe("a wrong mount is ours", () => {
  const mounted = [{ ...wrongDetails }];
  const record = { instance: "mooring", holder: "before", uuid: null, mounted };
  const cases: [why: string, ours: boolean, given: Given][] = [
    ["when nothing speaks for it", false, foreign],
    ["when we attached that very mount", true, { ...foreign, memory: { attachedMount: wrongTop } }],
    [
      "when only the id is that of what we attached",
      false,
      { ...foreign, memory: { attachedMount: { ...rightTop, id: 9n } } },
    ],
    ["when the record describes it", true, { ...foreign, memory: { record } }],
    [
      "when the record describes another super block's",
      false,
      { ...foreign, memory: { record: { ...record, mounted: [{ ...wrongDetails, superDevice: "0:98" }] } } },
    ],
    ["when its directory was deleted", true, deleted],
    [
      "when its directory was deleted on a watched target",
      false,
      { ...deleted, mount: { source: null }, memory: { attachedMount: null } },
    ],
  ];
  for (const [why, ours, given] of cases)
    test(`${why}: ${ours}`, () => {
      const facts = factsOf(given);
      const { top } = facts.observed;
      if (top.kind !== "mount") throw new Error("a mount is on top");
      expect(isStale(facts, top)).toBe(ours);
      expect(oursOnTop(facts) !== null).toBe(ours);
    });

  test("never on a watched target, whatever lies there", () => {
    expect(oursOnTop(factsOf({ mount: { source: null } }))).toBeNull();
    expect(mayHoldOurs(factsOf({ mount: { source: null } }))).toBe(false);
  });
});

test("a target may hold a mount of ours on top, below another one, or out of sight", () => {
  expect(mayHoldOurs(factsOf())).toBe(true);
  expect(mayHoldOurs(factsOf(bare))).toBe(false);
  expect(mayHoldOurs(factsOf(foreign))).toBe(false);
  expect(mayHoldOurs(factsOf({ observed: { ...foreign.observed, oursBelow: true } }))).toBe(true);
  expect(mayHoldOurs(factsOf({ observed: { ...bare.observed, parent: trouble } }))).toBe(true);
  expect(mayHoldOurs(factsOf({ observed: { parent: trouble }, memory: { attachedMount: null } }))).toBe(false);
});

test("expected numbers are pinned by what is held, or by the very mount that we attached", () => {
  const pinned = ({ observed, memory }: Given): boolean => {
    const facts = factsOf({ ...(observed && { observed }), memory: { anchored: false, ...memory } });
    return isPinned(facts.observed, facts.memory);
  };
  expect(pinned({ ...bare, memory: { anchored: true } })).toBe(true);
  expect(pinned({ ...bare, memory: { sourceHeld: true } })).toBe(true);
  expect(pinned({})).toBe(true);
  expect(pinned({ observed: { top: wrongTop, stack: [9n, 7n], attachedBelow: true } })).toBe(true);
  expect(pinned(bare)).toBe(false);
  expect(pinned(foreign)).toBe(false);
  expect(pinned({ ...foreign, memory: { attachedMount: { ...rightTop, id: 9n } } })).toBe(false);
  expect(pinned({ memory: { attachedMount: null } })).toBe(false);
  expect(pinned({ observed: { ...bare.observed, parent: trouble } })).toBe(true);
});

test("two descriptions are of the same mount only when everything in them is the same", () => {
  expect(sameMounted(expected, { ...expected })).toBe(true);
  for (const key of ["superDevice", "fsType", "source", "root"] as const)
    expect([key, sameMounted(expected, { ...expected, [key]: "x" })]).toEqual([key, false]);
});

test("options that stray are those that are missing, and a read-only that nobody asked for", () => {
  const strayed = (wanted: typeof rightTop.options, found: typeof rightTop.options) =>
    strayedOptions(factsOf({ mount: { options: wanted } }), { ...rightTop, options: found });
  expect(strayed(["nosuid"], ["nosuid"])).toEqual({ set: [], clear: [] });
  expect(strayed(["nosuid", "ro"], [])).toEqual({ set: ["nosuid", "ro"], clear: [] });
  expect(strayed([], ["noexec", "ro"])).toEqual({ set: [], clear: ["ro"] });
  expect(strayed(["ro"], ["ro"])).toEqual({ set: [], clear: [] });
});
