import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Action, ActionKind } from "../../../agent/core/action.ts";
import { assess } from "../../../agent/core/assess/assess.ts";
import { mountOptions } from "../../../agent/core/config/config.ts";
import { type Facts, isStale, rightOnTop } from "../../../agent/core/facts.ts";
import type { Failure } from "../../../agent/core/memory.ts";
import type { BareRecord } from "../../../agent/core/observed.ts";
import { plan } from "../../../agent/core/plan.ts";
import { bareTop, expected, factsOf, reportOf, rightTop, wrongDetails, wrongTop } from "../facts-of.ts";

const kinds: readonly ActionKind[] = [
  ...(["secure", "attach", "heal", "replace", "uncover"] as const),
  ...(["anchor", "unstack", "restoreOptions", "abort", "detach"] as const),
];

const record: BareRecord = { instance: "mooring", holder: "pod-a", uuid: null, mounted: [wrongDetails, expected] };
const options = fc.subarray([...mountOptions]);
const topMount = fc.record({
  kind: fc.constant("mount" as const),
  id: fc.constantFrom(7n, 9n),
  device: fc.constantFrom(rightTop.device, wrongTop.device),
  inode: fc.constantFrom(rightTop.inode, wrongTop.inode),
  deleted: fc.boolean(),
  options,
});
const top = fc.oneof(
  { weight: 4, arbitrary: topMount },
  fc.constantFrom(bareTop, { kind: "missing" as const }, { kind: "unusable" as const, what: "a link" }),
);
const failures = fc.dictionary(
  fc.constantFrom(...kinds),
  fc.record({ message: fc.constant("EIO"), attempts: fc.constant(1), retryAt: fc.integer({ min: 0, max: 2000 }) }),
) as fc.Arbitrary<Partial<Record<ActionKind, Failure>>>;
const problem = fc.option(fc.constant({ reason: "StaleHandle" as const, message: "stale" }), { nil: null });
const report = fc.oneof(
  fc.constant(null),
  problem.map((found) => reportOf({ problem: found })),
  fc.constant(reportOf({}, { source: { ok: false, problem: { reason: "SourceMissing", message: "gone" } } })),
  fc.constant(reportOf({}, { source: null })),
);

/** Any facts, likely or not: the rules hold for all of them. */
const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    mount: fc.record({
      source: fc.constantFrom("/volumes/dumps", null),
      onForeign: fc.constantFrom("report" as const, "replace" as const),
      onHang: fc.constantFrom("report" as const, "abort" as const),
      options,
    }),
    observed: fc.record({
      top,
      parent: fc.constantFrom(
        { kind: "usable" as const },
        { kind: "usable" as const },
        { kind: "trouble" as const, reason: "NotShared" as const, message: "private" },
      ),
      lock: fc.constantFrom(
        { kind: "held" as const },
        { kind: "free" as const },
        { kind: "other" as const, holder: "pod-b" },
        { kind: "notNeeded" as const },
      ),
      details: fc.constantFrom(
        null,
        wrongDetails,
        { ...wrongDetails, ...expected },
        { ...wrongDetails, ...expected, fsType: "fuse" },
      ),
      stack: fc.subarray([7n, 8n, 9n]),
      attachedBelow: fc.boolean(),
      rightBelow: fc.boolean(),
      rightNext: fc.boolean(),
      oursBelow: fc.boolean(),
      bare: fc.option(fc.record({ locked: fc.boolean(), immutable: fc.boolean(), shadowed: fc.nat(2) }), { nil: null }),
    }),
    memory: fc.record({
      expected: fc.constantFrom(expected, expected, null),
      anchored: fc.boolean(),
      sourceHeld: fc.boolean(),
      attachedMount: fc.constantFrom(null, rightTop, wrongTop, { ...rightTop, id: 9n }),
      record: fc.constantFrom(null, record),
      releasing: fc.boolean(),
      failures,
    }),
    probe: fc.record({
      report,
      failures: fc.nat(5),
      silent: fc.boolean(),
      silentOn: fc.constantFrom(null, expected.superDevice, wrongDetails.superDevice),
      aborted: fc.boolean(),
      verified: fc.boolean(),
    }),
  })
  .map(factsOf);

const always = (rule: (facts: Facts, action: Action | null) => void): void => {
  fc.assert(
    fc.property(anyFacts, (facts) => rule(facts, plan(facts))),
    { numRuns: 5000 },
  );
};

const isForeign = (facts: Facts): boolean => {
  const { top: found } = facts.observed;
  return found.kind === "mount" && !rightOnTop(facts) && !isStale(facts, found);
};

test("no action names a foreign mount unless onForeign says replace", () => {
  always((facts, action) => {
    if (!isForeign(facts) || !action || !("top" in action)) return;
    expect([facts.mount.onForeign, facts.memory.releasing]).toEqual(["replace", false]);
  });
});

test("an action names the mount that was seen on top, and no other", () => {
  always(({ observed: { top: found } }, action) => {
    if (action && "top" in action) expect(found).toMatchObject({ kind: "mount", id: action.top });
  });
});

test("nobody acts on mounts without the lock, unless the target is only watched", () => {
  always(({ observed: { lock } }, action) => {
    if (lock.kind === "free" || lock.kind === "other") expect(["secure", undefined]).toContain(action?.kind);
  });
});

test("nothing is put on top of a mount, and nothing that was not verified is put anywhere", () => {
  always(({ observed, memory }, action) => {
    if (action?.kind === "attach") expect([observed.top.kind, memory.sourceHeld]).toEqual(["bare", true]);
    if (action?.kind === "heal") expect([observed.top.kind, memory.anchored]).toEqual(["bare", true]);
    if (action?.kind === "replace") expect(memory.sourceHeld || memory.anchored).toBe(true);
  });
});

test("Unknown and Hung lead to nothing that changes what consumers see", () => {
  always((facts, action) => {
    if (!["Unknown", "Hung"].includes(assess(facts).state) || facts.memory.releasing) return;
    const allowed = [undefined, "secure", "anchor", "restoreOptions"];
    expect(facts.mount.onHang === "abort" ? [...allowed, "abort"] : allowed).toContain(action?.kind);
  });
});

test("only the connection of what hangs is aborted, and only ours, by the policy", () => {
  always((facts, action) => {
    if (action?.kind !== "abort") return;
    const { mount, memory, observed } = facts;
    const { silent, aborted, silentOn } = memory.probe;
    expect([mount.onHang, silent, aborted, isForeign(facts)]).toEqual(["abort", true, false, false]);
    expect([observed.details?.superDevice, observed.details?.fsType]).toEqual([silentOn ?? "", "fuse"]);
  });
});

test("what failed is not tried before its time", () => {
  always(({ memory, now }, action) => {
    const failure = action && memory.failures[action.kind];
    if (failure) expect(failure.retryAt).toBeLessThanOrEqual(now);
  });
});

test("nothing is done in a troubled parent, or where a link bears the name", () => {
  always(({ observed }, action) => {
    if (observed.parent.kind === "trouble" || observed.top.kind === "unusable") expect(action).toBeNull();
  });
});

test("a released mount is detached or left, and only our own is", () => {
  always((facts, action) => {
    if (!facts.memory.releasing) return;
    expect([undefined, "secure", "abort", "detach"]).toContain(action?.kind);
    if (action?.kind === "detach") expect([isForeign(facts), facts.mount.source]).toEqual([false, "/volumes/dumps"]);
  });
});

test("whatever the facts, the verdict is one sentence and takes no exception", () => {
  always((facts) => {
    expect(assess(facts).message).not.toBe("");
  });
});
