import { describe, expect, test } from "bun:test";
import { assess } from "../../agent/core/assess/assess.ts";
import type { Reason } from "../../agent/core/condition.ts";
import { reasons } from "../../agent/core/condition.ts";
import type { Problem } from "../../agent/core/volume-report.ts";
import {
  bareTop,
  expected,
  factsOf,
  failureOf,
  type Given,
  reportOf,
  rightTop,
  wrongDetails,
  wrongTop,
} from "./facts-of.ts";

const bare = { top: bareTop, stack: [] };
const foreign = { top: wrongTop, details: wrongDetails, stack: [9n, 7n] };
const deleted = { top: { ...rightTop, deleted: true } };
const nothingHeld = { expected: null, anchored: false, attachedMount: null };
const unseen = { report: null, verified: false };
const silent = { silent: true };
const problem = (reason: Reason): Problem => ({ reason, message: `${reason} was found` });
const sourceProblem = (reason: Reason, volume: ReturnType<typeof reportOf>["volume"] = null) => ({
  report: { source: { ok: false as const, problem: problem(reason) }, volume },
});
const volumeProblem = (reason: Reason) => ({ report: reportOf({ problem: problem(reason) }), verified: false });
const parent = (reason: "ParentMissing" | "ParentReplaced" | "NotShared") => ({
  parent: { kind: "trouble" as const, reason, message: "the parent" },
});
const record = {
  instance: "mooring",
  holder: "before",
  uuid: "uuid-0",
  mounted: [{ superDevice: "0:99", fsType: "tmpfs", source: "other", root: "/" }],
};

/** In the order of the checks: the first that has something to say decides. */
const space = { sizeBytes: 1000, availBytes: 900, files: 100, filesFree: 90 };

const cases: [verdict: string, given: Given][] = [
  // What makes looking at the target pointless.
  ["Waiting/HeldByAnotherAgent", { observed: { lock: { kind: "other", holder: "pod-b" } } }],
  ["Waiting/HeldByAnotherAgent", { observed: { ...parent("NotShared"), lock: { kind: "other", holder: "pod-b" } } }],
  ["Broken/ParentMissing", { observed: parent("ParentMissing") }],
  ["Broken/ParentReplaced", { observed: parent("ParentReplaced") }],
  ["Broken/NotShared", { observed: { ...parent("NotShared"), top: { kind: "unusable", what: "a file" } } }],
  ["Broken/TargetUnusable", { observed: { top: { kind: "unusable", what: "a symbolic link" } } }],

  // Nothing is mounted.
  ["Absent/Released", { observed: bare, memory: { releasing: true, failures: { heal: failureOf(9) } } }],
  ["Absent/Released", { observed: { top: { kind: "missing" }, stack: [] }, memory: { releasing: true } }],
  ["Broken/AttachFailed", { observed: bare, memory: { failures: { heal: failureOf(9) } } }],
  ["Broken/AttachFailed", { observed: bare, memory: { failures: { attach: failureOf(9) } }, probe: silent }],
  ["Broken/AttachFailed", { observed: bare, memory: { failures: { secure: failureOf(9) } } }],
  ["Absent/NotMounted", { observed: bare, probe: silent }],
  ["Absent/NotMounted", { observed: bare, memory: { ...nothingHeld, sourceHeld: true } }],
  ["Absent/NotMounted", { observed: { top: { kind: "missing" }, stack: [] } }],
  ["Hung/ProbeTimeout", { observed: bare, memory: nothingHeld, probe: { ...unseen, ...silent } }],
  ["Absent/SourceMissing", { observed: bare, memory: nothingHeld, probe: sourceProblem("SourceMissing") }],
  ["Absent/SourceNotMounted", { observed: bare, memory: nothingHeld, probe: sourceProblem("SourceNotMounted") }],
  ["Absent/SourceUnusable", { observed: bare, memory: nothingHeld, probe: sourceProblem("SourceUnusable") }],
  ["Wrong/VolumeSwapped", { observed: bare, memory: nothingHeld, probe: volumeProblem("VolumeSwapped") }],
  ["Broken/InputOutputError", { observed: bare, memory: nothingHeld, probe: volumeProblem("InputOutputError") }],
  ["ReadOnly/FileSystemReadOnly", { observed: bare, memory: nothingHeld, probe: volumeProblem("FileSystemReadOnly") }],
  ["ReadOnly/MountReadOnly", { observed: bare, memory: nothingHeld, probe: volumeProblem("MountReadOnly") }],
  ["Absent/SourceUnknown", { mount: { source: null }, observed: bare, memory: nothingHeld, probe: unseen }],
  ["Unknown/NotYetVerified", { observed: bare, memory: nothingHeld, probe: unseen }],

  // Something is mounted, and not what belongs there.
  ["Broken/SourceDeleted", { observed: deleted }],
  ["Broken/SourceDeleted", { observed: deleted, memory: nothingHeld, probe: silent }],
  ["Wrong/StaleMount", { observed: foreign, memory: { attachedMount: wrongTop } }],
  ["Wrong/StaleMount", { observed: foreign, memory: { record, failures: { replace: failureOf(9) } } }],
  ["Wrong/ForeignMount", { observed: foreign }],
  ["Wrong/ForeignMount", { mount: { onForeign: "replace" }, observed: { ...foreign, details: null } }],
  ["Hung/ProbeTimeout", { observed: foreign, memory: nothingHeld, probe: { ...unseen, ...silent } }],
  ["Unknown/SourceMissing", { observed: foreign, memory: nothingHeld, probe: sourceProblem("SourceMissing") }],
  ["Unknown/StaleHandle", { observed: foreign, memory: nothingHeld, probe: volumeProblem("StaleHandle") }],
  ["Unknown/NotYetVerified", { observed: foreign, memory: nothingHeld, probe: { report: reportOf() } }],
  ["Unknown/NotYetVerified", { observed: foreign, memory: nothingHeld, probe: unseen }],

  // The right mount is on top: the volume decides.
  [
    "ReadOnly/MountReadOnly",
    { observed: { top: { ...rightTop, options: ["ro"] } }, probe: volumeProblem("StaleHandle") },
  ],
  ["Hung/ProbeTimeout", { probe: { ...silent, failures: 3, ...volumeProblem("StaleHandle"), verified: true } }],
  ["Hung/ProbeTimeout", { probe: { ...silent, failures: 1, verified: false } }],
  ["ReadOnly/FileSystemReadOnly", { probe: volumeProblem("FileSystemReadOnly") }],
  ["ReadOnly/MountReadOnly", { probe: volumeProblem("MountReadOnly") }],
  ["Wrong/VolumeSwapped", { probe: volumeProblem("VolumeSwapped") }],
  ["Broken/Disconnected", { probe: volumeProblem("Disconnected") }],
  ["Broken/StaleHandle", { probe: volumeProblem("StaleHandle") }],
  ["Broken/InputOutputError", { probe: volumeProblem("InputOutputError") }],
  ["Broken/VolumeUnusable", { probe: volumeProblem("VolumeUnusable") }],
  ["Broken/AttachFailed", { probe: volumeProblem("AttachFailed") }],
  ["Unknown/NotYetVerified", { probe: { report: reportOf({ remark: problem("NoSpaceLeft") }), verified: false } }],
  ["Degraded/ProbeSlow", { probe: { ...silent, failures: 2, report: reportOf({ remark: problem("NoSpaceLeft") }) } }],
  [
    "Degraded/NoSpaceLeft",
    { mount: { minFree: { bytes: 901, inodes: 0 } }, probe: { report: reportOf({ remark: problem("NoSpaceLeft") }) } },
  ],
  ["Degraded/NoSpaceLeft", { probe: { report: reportOf({ space: { ...space, availBytes: 0 } }) } }],
  ["Degraded/NoSpaceLeft", { probe: { report: reportOf({ space: { ...space, filesFree: 0 } }) } }],
  ["Degraded/MarkersBlocked", { probe: { report: reportOf({ remark: problem("MarkersBlocked") }) } }],
  ["Degraded/DirectoryBlocked", { probe: { report: reportOf({ remark: problem("DirectoryBlocked") }) } }],
  ["Degraded/BytesLow", { mount: { minFree: { bytes: 901, inodes: 91 } } }],
  [
    "Degraded/InodesLow",
    {
      mount: { minFree: { bytes: 900, inodes: 91 } },
      observed: { bare: { locked: true, immutable: true, shadowed: 2 } },
    },
  ],
  ["Degraded/ShadowedFiles", { observed: { bare: { locked: true, immutable: true, shadowed: 2 }, stack: [7n, 8n] } }],
  [
    "Degraded/Stacked",
    { observed: { stack: [7n, 8n] }, probe: { ...sourceProblem("SourceMissing", reportOf().volume), verified: true } },
  ],
  ["Degraded/SourceGone", { probe: { ...sourceProblem("SourceMissing", reportOf().volume), verified: true } }],
  ["Healthy/Verified", {}],
  ["Healthy/Verified", { mount: { minFree: { bytes: 900, inodes: 90 } }, observed: { bare: null } }],
  [
    "Healthy/Verified",
    {
      mount: { minFree: { bytes: 0, inodes: 91 } },
      probe: { report: reportOf({ space: { sizeBytes: 1, availBytes: 1, files: 0, filesFree: 0 } }) },
    },
  ],
  // A file system that does not know how large it is.
  ["Healthy/Verified", { probe: { report: reportOf({ space: { ...space, sizeBytes: 0, availBytes: 0 } }) } }],
  [
    "Healthy/Verified",
    {
      mount: { options: ["ro"] },
      observed: { top: { ...rightTop, options: ["ro"] } },
      probe: { report: reportOf({ space: { ...space, availBytes: 0, filesFree: 0 } }) },
    },
  ],
  ["Healthy/Verified", { mount: { minFree: { bytes: 1, inodes: 1 } }, probe: { report: reportOf({ space: null }) } }],
  ["Healthy/Verified", { mount: { options: ["ro"] }, observed: { top: { ...rightTop, options: ["ro"] } } }],
  ["Healthy/Verified", { observed: { lock: { kind: "free" } }, probe: { report: null } }],
];

describe("a mount is", () => {
  for (const [index, [verdict, given]] of cases.entries())
    test(`${verdict} (${index})`, () => {
      const { state, reason, message } = assess(factsOf(given));
      expect(`${state}/${reason}`).toBe(verdict);
      expect(message).toMatch(/^\S.*\S$/);
    });
});

test("every reason there is has a case; only the main thread can tell that the keeper died", () => {
  const told = new Set(cases.map(([verdict]) => verdict.slice(verdict.indexOf("/") + 1)));
  expect([...reasons].filter((reason) => !told.has(reason))).toEqual(["KeeperDied"]);
});

describe("the message names the way out:", () => {
  const messageOf = (given: Given): string => assess(factsOf(given)).message;

  test("who holds the target", () => {
    expect(messageOf({ observed: { lock: { kind: "other", holder: "pod-b (pid 7)" } } })).toContain("pod-b (pid 7)");
  });
  test("what is in the way", () => {
    expect(messageOf({ observed: { top: { kind: "unusable", what: "a symbolic link" } } })).toContain(
      "a symbolic link",
    );
  });
  test("why attaching failed", () => {
    expect(messageOf({ observed: bare, memory: { failures: { heal: failureOf(9) } } })).toBe("it failed: EIO");
  });
  test("what lies on the target, and how to be rid of it", () => {
    expect(messageOf({ observed: foreign })).toContain("tmpfs from other lies on /host/dumps");
    expect(messageOf({ observed: foreign })).toContain("onForeign: replace");
    expect(messageOf({ mount: { onForeign: "replace" }, observed: foreign })).toContain("as onForeign says");
    expect(messageOf({ observed: { ...foreign, details: null } })).toContain("another mount lies on");
  });
  test("why a stale mount is still there", () => {
    expect(messageOf({ observed: foreign, memory: { record, failures: { replace: failureOf(9) } } })).toContain("EIO");
    expect(messageOf({ observed: foreign, memory: { record } })).toContain("earlier source");
  });
  test("what a silent volume is waited for", () => {
    expect(messageOf({ mount: { source: null }, observed: bare, memory: nothingHeld, probe: silent })).toContain(
      "/host/dumps does not answer",
    );
    expect(messageOf({ probe: { ...silent, failures: 4 } })).toContain("4 probes in a row");
  });
  test("how much is left", () => {
    expect(messageOf({ mount: { minFree: { bytes: 901, inodes: 0 } } })).toContain("900 bytes left");
    expect(messageOf({ mount: { minFree: { bytes: 0, inodes: 91 } } })).toContain("90 inodes left");
  });
  test("what the source's trouble is", () => {
    expect(messageOf({ probe: { ...sourceProblem("SourceMissing", reportOf().volume) } })).toContain(
      "SourceMissing was",
    );
  });
});

test("an expected directory is compared by its numbers alone: what else is said of it may be out of date", () => {
  expect(assess(factsOf({ memory: { expected: { ...expected, root: "/renamed", uuid: null } } })).state).toBe(
    "Healthy",
  );
});
