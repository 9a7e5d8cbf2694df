import { afterEach, describe, expect, test } from "bun:test";
import type { Status } from "../../../agent/core/status.ts";
import { statusJson } from "../../../agent/core/status-json.ts";
import { makeApp } from "../../../agent/http/app.tsx";
import { serve } from "../../../agent/http/server.ts";
import { absent, condition, mountStatus, now, statusOf } from "../../http/example-status.ts";
import { main, mooring } from "../mooring.ts";

const healthy = statusOf([mountStatus("dumps")]);
const low = condition("dumps", "Degraded", "BytesLow", "412 MiB are free, less than minFree.bytes", now - 600_000);
const broken = statusOf([mountStatus("dumps", { condition: low }), absent("traces"), mountStatus("x")]);

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
