import { expect, test } from "bun:test";
import fc from "fast-check";
import { describe } from "../../../agent/core/describe/describe.ts";
import type { Trace, TraceBody } from "../../../agent/core/trace.ts";
import { agent } from "./cases/agent.ts";
import { condition, error, mount } from "./cases/examples.ts";
import { kubernetes } from "./cases/kubernetes.ts";
import { mounts } from "./cases/mounts.ts";
import { volumes } from "./cases/volumes.ts";

/** Every kind of trace, most of them more than once. */
const cases = [...agent, ...mounts, ...volumes, ...kubernetes];

test("every trace is one sentence at its level", () => {
  for (const [body, said] of cases) {
    const { level, message } = describe({ ...body, at: 0, pass: 1 });
    expect(`${level}: ${message}`).toBe(said);
  }
});

test("fields name the event and hold what the trace holds", () => {
  const fieldsOf = (body: TraceBody) => describe({ ...body, at: 0, pass: 1 }).fields;
  expect(fieldsOf({ kind: "attached", mount, how: "healed", durationMs: 0.0960123, outageMs: 2 })).toEqual({
    event: "attached",
    mount,
    how: "healed",
    durationMs: 0.096,
    outageMs: 2,
  });
  expect(fieldsOf({ kind: "actionFailed", mount, action: "heal", error, retryInMs: 50 })).toEqual({
    event: "actionFailed",
    mount,
    action: "heal",
    op: "move_mount",
    path: "/t",
    code: "EPERM",
    error: error.message,
    retryInMs: 50,
  });
  const from = condition("Healthy", "Verified");
  expect(fieldsOf({ kind: "conditionChanged", mount, from, to: condition("Hung", "ProbeTimeout") })).toEqual({
    event: "conditionChanged",
    mount,
    state: "Hung",
    reason: "ProbeTimeout",
    fromState: "Healthy",
    fromReason: "Verified",
  });
  for (const [body] of cases) expect(fieldsOf(body).event).toBe(body.kind);
});

test("however long and odd the text in a trace is, the message is one short printable line and the fields are bounded", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 50 }),
    fc.constantFrom("x".repeat(100_000), "\n\u001b[2J\udcff"),
  );
  const distort = (value: unknown, put: string): unknown => {
    if (typeof value === "string") return put;
    if (Array.isArray(value)) return Array.from({ length: 200 }, () => put);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, distort(inner, put)]));
    return value;
  };
  fc.assert(
    fc.property(fc.constantFrom(...cases.map(([body]) => body)), text, (body, put) => {
      const { kind, ...rest } = body;
      const keep = "how" in body ? { how: body.how } : {};
      const trace = { ...(distort(rest, put) as object), ...keep, kind, at: 0, pass: 0 } as unknown as Trace;
      const { message, fields } = describe(trace);
      expect(message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(message.length).toBeLessThan(9000);
      expect(JSON.stringify(fields).length).toBeLessThan(500_000);
    }),
  );
});
