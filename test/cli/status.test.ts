import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Look, renderSnapshot } from "../../agent/cli/status/render.ts";
import { readSnapshot } from "../../agent/cli/status/snapshot.ts";
import type { Status } from "../../agent/core/status.ts";
import { statusJson } from "../../agent/core/status-json.ts";
import { makeApp } from "../../agent/http/app.tsx";
import { serve } from "../../agent/http/server.ts";
import { absent, condition, mountStatus, now, statusOf } from "../http/example-status.ts";
import { main, mooring } from "./mooring.ts";

const healthy = statusOf([mountStatus("dumps")]);
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

describe("mooring status", () => {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const agentWith = (status: Status): string => {
    const app = makeApp({ status: () => status, live: () => true, metrics: () => "" });
    const server = serve({ app, host: "127.0.0.1", port: 0 });
    stops.push(() => server.stop());
    return String(server.port);
  };
  const stranger = (answer: (request: Request) => Response | Promise<Response>): string => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
    stops.push(() => server.stop(true));
    return `http://127.0.0.1:${server.port}`;
  };

  test("exits with 0 when every mount is ready and with 1 when not", async () => {
    const ready = await mooring(["status"], { environment: { HTTP_PORT: agentWith(healthy) } });
    expect([ready.code, ready.err, ready.out.split("\n")[2]]).toEqual([
      0,
      "",
      "worker-2: ready: 1 mount (Mooring 0.1.0+2bf2f57c01)",
    ]);
    const unready = await mooring(["status", "--url", `http://127.0.0.1:${agentWith(broken)}`]);
    expect([unready.code, unready.err]).toEqual([1, ""]);
    expect(unready.out).toContain("\n  no claim is mounted at /volumes/traces");
  });

  test("--json prints the snapshot as it is, with the same exit code", async () => {
    const { code, out } = await mooring(["status", "--json"], { environment: { HTTP_PORT: agentWith(broken) } });
    expect(code).toBe(1);
    expect(out).toBe(statusJson(broken));
  });

  test("a path of --url is kept, as behind a proxy", async () => {
    let asked = "";
    const url = stranger((request) => {
      asked = new URL(request.url).pathname;
      return new Response(statusJson(healthy));
    });
    expect((await mooring(["status", "--url", `${url}/proxy/mooring-0`])).code).toBe(0);
    expect(asked).toBe("/proxy/mooring-0/api/v1/status");
  });

  test("no proxy stands between it and localhost", async () => {
    const proxy = stranger(() => new Response("from the proxy"));
    const environment = { HTTP_PORT: agentWith(healthy), HTTP_PROXY: proxy, http_proxy: proxy };
    expect((await mooring(["status"], { environment })).code).toBe(0);
  });

  test("says what was tried and what to do when nobody answers", async () => {
    const { code, out, err } = await mooring(["status"], { environment: { HTTP_PORT: "1" } });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(
      "mooring status: asked http://localhost:1/api/v1/status: nothing listens there\n" +
        "Is the agent running? On a laptop: mooring run. In a cluster: kubectl exec POD -- mooring status.\n" +
        "If it listens elsewhere: --url URL or HTTP_PORT.\n",
    );
  });

  test("answers of strangers are refused, however long they are", async () => {
    const endless = () => {
      const chunk = new Uint8Array(65_536).fill(32);
      return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    };
    const cases: [answer: () => Response, why: string][] = [
      [() => new Response("not here", { status: 404 }), "answered 404"],
      [() => Response.redirect("http://127.0.0.1:1/"), "answered 302"],
      [() => new Response("<html>"), "no JSON"],
      [() => new Response("[]"), "JSON that is no snapshot"],
      [endless, "more than 16 MiB"],
    ];
    for (const [answer, why] of cases) {
      const { code, out, err } = await mooring(["status", "--url", stranger(answer)]);
      expect([code, out]).toEqual([1, ""]);
      expect(err.split("\n")[0]).toContain(why);
      expect(err.split("\n")[0]).toEndWith("that is no agent of Mooring");
    }
  });

  test("a wrong address or port is a wrong usage", async () => {
    const cases: [argv: string[], environment: Record<string, string>, said: string][] = [
      [["--url", "ftp://x"], {}, "--url 'ftp://x' is no address; want one such as http://localhost:8000"],
      [["--url", "localhost:8000"], {}, "--url 'localhost:8000' is no address"],
      [[], { HTTP_PORT: "80x" }, "HTTP_PORT is '80x'; want a port from 1 to 65535"],
      [[], { HTTP_PORT: "65536" }, "HTTP_PORT is '65536'"],
    ];
    for (const [argv, environment, said] of cases) {
      const { code, err } = await mooring(["status", ...argv], { environment });
      expect([code, err.includes(said)]).toEqual([2, true]);
    }
  });

  test("on a terminal it is a box with colours, unless NO_COLOR", async () => {
    const onTerminal = async (environment: Record<string, string>) => {
      const script = ["script", "-qec", `stty cols 120; ${process.execPath} ${main} status`, "/dev/null"];
      const env = { PATH: "/usr/bin:/bin", TERM: "xterm", HTTP_PORT: agentWith(broken), ...environment };
      const child = Bun.spawn(script, { stdin: "ignore", stdout: "pipe", env });
      return child.stdout.text();
    };
    const colourful = await onTerminal({});
    expect(colourful).toContain("┌──");
    expect(colourful).toContain("\u001b[31mAbsent");
    const plainBox = await onTerminal({ NO_COLOR: "1" });
    expect(plainBox).toContain("┌──");
    expect(plainBox).not.toContain("\u001b[");
    expect(await onTerminal({ TERM: "dumb" })).not.toContain("┌──");
  });
});
