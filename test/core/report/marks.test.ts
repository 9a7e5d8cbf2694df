import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { reasons, states } from "../../../agent/core/condition.ts";
import { keysOf, marksOf, steady, toTheSecond } from "../../../agent/core/report/marks.ts";
import type { Status } from "../../../agent/core/status.ts";
import { absent, condition, mountStatus, now, statusOf } from "../../http/example-status.ts";

const marks = (status: Status, { healed = new Map<string, number>(), stopping = false } = {}) =>
  marksOf({ status, healed, stopping });

test("a node whose mounts can all be used says so", () => {
  expect(marks(statusOf([mountStatus("dumps"), mountStatus("traces")]))).toEqual({
    label: "ready",
    condition: { status: "True", reason: "MountsReady", message: "2 mounts attached and verified" },
    mounts: {
      dumps: { state: "Healthy", reason: "Verified", since: "2026-05-02T23:01:00Z" },
      traces: { state: "Healthy", reason: "Verified", since: "2026-05-02T23:01:00Z" },
    },
    stopped: false,
  });
});

test("degraded serves, so the node is ready; the annotation tells", () => {
  const low = mountStatus("dumps", { condition: condition("dumps", "Degraded", "BytesLow", "5 bytes left", now) });
  const { label, condition: said, mounts } = marks(statusOf([low]));
  expect([label, said.status, mounts.dumps?.reason]).toEqual(["ready", "True", "BytesLow"]);
});

test("the worst mount gives the reason, and its message says what to do", () => {
  const { label, condition: said } = marks(statusOf([mountStatus("traces"), absent("dumps")], { ready: false }));
  expect(label).toBe("degraded");
  expect(said.status).toBe("False");
  expect(said.reason).toBe("SourceNotMounted");
  expect(said.message).toStartWith("1 of 2 mounts cannot be used; dumps: Absent/SourceNotMounted: no claim is mounted");
});

const unknown = (name: string) =>
  mountStatus(name, { condition: condition(name, "Unknown", "NotYetVerified", "not looked at yet"), verified: false });

test("before the first look nobody knows: neither true nor false", () => {
  const { label, condition: said } = marks(statusOf([unknown("dumps")], { ready: false }));
  expect([label, said.status, said.reason]).toEqual(["degraded", "Unknown", "NotYetVerified"]);
});

test("what is known to be wrong is told before what is not known", () => {
  const { condition: said } = marks(statusOf([unknown("a"), absent("b")], { ready: false }));
  expect([said.status, said.reason]).toEqual(["False", "SourceNotMounted"]);
});

test("a state that serves is not enough while it is not verified", () => {
  const { label, condition: said } = marks(statusOf([mountStatus("dumps", { verified: false })], { ready: false }));
  expect([label, said.status, said.reason]).toEqual(["degraded", "False", "NotYetVerified"]);
});

test("at its end the agent says that nobody knows, whatever it knew", () => {
  const { label, condition: said, stopped } = marks(statusOf([mountStatus("dumps")]), { stopping: true });
  expect([label, said.status, said.reason, stopped]).toEqual(["degraded", "Unknown", "AgentStopped", true]);
});

test("a healed mount leaves a trace in the annotation, to the second", () => {
  const healed = new Map([["dumps", now + 999]]);
  expect(marks(statusOf([mountStatus("dumps")]), { healed }).mounts.dumps?.healed).toBe("2026-05-03T02:01:00Z");
});

test("a thousand mounts do not fit: those that cannot be used are told first", () => {
  const many = Array.from({ length: 999 }, (_, index) => mountStatus(`m${index}`));
  const { mounts } = marks(statusOf([...many, absent("dumps")], { ready: false }));
  expect(Object.keys(mounts)).toHaveLength(200);
  expect(Object.keys(mounts)[0]).toBe("dumps");
});

test("times that no calendar has do not throw", () => {
  expect([Number.NaN, 1e300, -1e300].map(toTheSecond)).toEqual(Array(3).fill("1970-01-01T00:00:00Z"));
});

test("keys derive from the instance", () => {
  expect(keysOf({ instance: "a-b", label: "l", condition: "C" })).toEqual({
    label: "l",
    condition: "C",
    annotation: "mooring.dev/a-b",
  });
});

describe("steady", () => {
  const low = (bytes: number) =>
    marks(
      statusOf(
        [mountStatus("dumps", { condition: condition("dumps", "Broken", "AttachFailed", `${bytes} left`, now) })],
        {
          ready: false,
        },
      ),
    );

  test("figures in the message alone are no change", () => {
    const before = low(5);
    expect(low(4)).not.toEqual(before);
    expect(steady(before, low(4))).toBe(before);
  });

  test("everything else is", () => {
    const before = low(5);
    const after = marks(statusOf([mountStatus("dumps")]));
    expect(steady(before, after)).toBe(after);
    expect(steady(null, after)).toBe(after);
  });
});

test("any status gives marks that the API takes: a label, a reason in CamelCase, a bounded message", () => {
  const mount = fc.record({
    name: fc.string(),
    state: fc.constantFrom(...states),
    reason: fc.constantFrom(...reasons),
    message: fc.string({ unit: "binary" }),
    since: fc.double(),
    attached: fc.boolean(),
    verified: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(mount, { maxLength: 5 }), fc.boolean(), fc.boolean(), (mounts, ready, stopping) => {
      const status = statusOf(
        mounts.map(({ name, state, reason, message, since, attached, verified }) =>
          mountStatus(name, { condition: condition(name, state, reason, message, since), attached, verified }),
        ),
        { ready },
      );
      const made = marks(status, { stopping });
      expect(["ready", "degraded"]).toContain(made.label);
      expect(made.condition.reason).toMatch(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
      expect(made.condition.message.length).toBeLessThan(10_000);
      expect(steady(made, marks(status, { stopping }))).toBe(made);
    }),
  );
});
