import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Look, renderSnapshot } from "../../../agent/cli/status/render.ts";
import { readSnapshot } from "../../../agent/cli/status/snapshot.ts";
import type { Status } from "../../../agent/core/status.ts";
import { statusJson } from "../../../agent/core/status-json.ts";
import { absent, condition, mountStatus, now, statusOf } from "../../http/example-status.ts";

const low = condition("dumps", "Degraded", "BytesLow", "412 MiB are free, less than minFree.bytes", now - 600_000);
const broken = statusOf([mountStatus("dumps", { condition: low }), absent("traces"), mountStatus("x")]);
const plain: Look = { fancy: false, colour: false, columns: 80 };

/** A colour and the word that it colours. */
const sgr = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m(\\w+)`, "g");

const rendered = (status: Status, look: Look): string => {
  const snapshot = readSnapshot(JSON.parse(statusJson(status)));
  return snapshot === null ? "no snapshot" : renderSnapshot(snapshot, look, now);
};

describe("the table", () => {
  test("is aligned text for a pipe, with what is wrong below each mount", () => {
    expect(rendered(broken, plain)).toBe(
      `NAME    STATE     REASON            AGE   SOURCE           TARGET                        SPACE           STACK
dumps   Degraded  BytesLow          10m   /volumes/dumps   /host/var/lib/mooring/dumps   42.0GiB/100GiB  1
  412 MiB are free, less than minFree.bytes
traces  Absent    SourceNotMounted  42s   /volumes/traces  /host/var/lib/mooring/traces  -               0
  no claim is mounted at /volumes/traces: see whether its pod volume is bound, or set sourceMustBeMount: false
x       Healthy   Verified          3h0m  /volumes/x       /host/var/lib/mooring/x       42.0GiB/100GiB  1
worker-2: not ready: 1 of 3 mounts cannot be used (Mooring 0.1.0+2bf2f57c01)
`,
    );
  });

  test("names the pods that use a mount, of a crowd the first", () => {
    const crowd = Array.from({ length: 23 }, (_, index) => `shop/app-${index + 10}`);
    const used = statusOf([
      mountStatus("dumps", { condition: low, consumers: ["bank/teller", "shop/till"] }),
      mountStatus("x", { consumers: crowd }),
      mountStatus("y", { consumers: [] }),
    ]);
    const notes = rendered(used, plain)
      .split("\n")
      .filter((line) => line.startsWith("  "));
    expect(notes).toEqual([
      "  412 MiB are free, less than minFree.bytes",
      "  used by bank/teller, shop/till",
      `  used by ${crowd.slice(0, 20).join(", ")}, 3 more`,
    ]);
  });

  test("is a box on a terminal, cut to its width where paths allow it", () => {
    const lines = rendered(statusOf([absent("traces"), mountStatus("x")]), { fancy: true, colour: false, columns: 100 })
      .trimEnd()
      .split("\n");
    expect(lines.slice(0, -1).join("\n")).toBe(
      `┌────────┬─────────┬──────────────────┬──────┬─────────────┬──────────────┬────────────────┬───────┐
│ NAME   │ STATE   │ REASON           │ AGE  │ SOURCE      │ TARGET       │ SPACE          │ STACK │
├────────┼─────────┼──────────────────┼──────┼─────────────┼──────────────┼────────────────┼───────┤
│ traces │ Absent  │ SourceNotMounted │ 42s  │ …mes/traces │ …ring/traces │ -              │ 0     │
│   no claim is mounted at /volumes/traces: see whether its pod volume is bound, or set            │
│   sourceMustBeMount: false                                                                       │
│ x      │ Healthy │ Verified         │ 3h0m │ /volumes/x  │ …b/mooring/x │ 42.0GiB/100GiB │ 1     │
└────────┴─────────┴──────────────────┴──────┴─────────────┴──────────────┴────────────────┴───────┘`,
    );
  });

  test("is plain text on a terminal that is too narrow for the box", () => {
    expect(rendered(broken, { fancy: true, colour: false, columns: 80 })).toBe(rendered(broken, plain));
  });

  test("colours the state and nothing else, and only when asked to", () => {
    const colourful = rendered(broken, { fancy: true, colour: true, columns: 200 });
    const codes = [...colourful.matchAll(sgr)].map(([, code, word]) => `${code} ${word}`);
    expect(codes).toEqual(["33 Degraded", "31 Absent", "32 Healthy"]);
    expect(Bun.stripANSI(colourful)).toBe(rendered(broken, { fancy: true, colour: false, columns: 200 }));
  });

  test("has no head when there is no mount", () => {
    expect(rendered(statusOf([], { node: null }), plain)).toBe("ready: 0 mounts (Mooring 0.1.0+2bf2f57c01)\n");
  });

  test("whatever an agent answers, the terminal is not steered and no line is torn", () => {
    const answers = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.string({ unit: "binary" }),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom(
            "name",
            "condition",
            "state",
            "message",
            "since",
            "space",
            "sizeBytes",
            "source",
            "stackDepth",
          ),
          tie("any"),
        ),
      ),
    })).any;
    fc.assert(
      fc.property(answers, fc.array(answers, { maxLength: 4 }), fc.boolean(), (version, mounts, fancy) => {
        const snapshot = readSnapshot({ ready: false, mounts, version, node: version });
        if (snapshot === null) throw new Error("a snapshot was not read");
        const shown = renderSnapshot(snapshot, { fancy, colour: false, columns: 60 }, now);
        expect(shown).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
        if (!fancy && mounts.length > 0) expect(shown.split("\n").length).toBeLessThanOrEqual(3 + 2 * mounts.length);
      }),
    );
  });

  test("an answer that is no snapshot is none", () => {
    for (const answer of [
      null,
      1,
      "x",
      [],
      {},
      { ready: true },
      { ready: "yes", mounts: [] },
      { ready: true, mounts: {} },
    ])
      expect(readSnapshot(answer)).toBeNull();
  });
});
