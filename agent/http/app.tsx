import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { printableJson } from "../core/printable.ts";
import type { Status } from "../core/status.ts";
import { statusJson } from "../core/status-json.ts";
import { metricsContentType } from "./metrics.ts";
import { contentSecurityPolicy, type PageProps, statusPage } from "./page/page.tsx";
import { readinessOf, readinessText } from "./readiness.ts";

export interface AppOptions {
  status: () => Status;
  /** The text for a scrape. */
  metrics: () => string | Promise<string>;
  /** Whether the keeper answers. */
  live: () => boolean;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

const text = "text/plain; charset=utf-8";
const json = "application/json; charset=utf-8";

/** Everything the agent serves, all of it read-only. A pure function of its options: tests call `app.request()`. */
export const makeApp = ({ status, metrics, live, now = Date.now }: AppOptions): Hono => {
  const policy = contentSecurityPolicy();
  const endpoints: readonly Endpoint[] = [
    { path: "/", says: "the status page", answer: () => page({ status: status(), live: live(), now: now() }, policy) },
    { path: "/livez", says: "200 while the keeper answers", answer: () => liveness(live()) },
    { path: "/healthz", says: "the same as /livez", answer: () => liveness(live()) },
    {
      path: "/readyz",
      says: "200 when every mount is attached and verified, else 503 with the reasons (text, or JSON by Accept)",
      answer: (c) => readiness(status(), live(), now(), wantsJson(c)),
    },
    { path: "/metrics", says: "for Prometheus", answer: async () => reply(200, metricsContentType, await metrics()) },
    { path: "/api/v1/status", says: "everything as JSON", answer: () => reply(200, json, statusJson(status())) },
  ];

  const app = new Hono();
  for (const { path, answer } of endpoints) {
    app.get(path, answer); // HEAD is answered by Hono: the same without the body
    app.all(path, () => reply(405, text, `${path} is read-only: GET or HEAD\n`, { Allow: "GET, HEAD" }));
  }
  app.notFound(() => reply(404, text, directory(endpoints)));
  app.onError((error) => {
    // A bug: nothing here depends on the request. Told where a crash would be, and not to whoever asks.
    console.error(error);
    return reply(500, text, "the agent could not answer; its standard error says why\n");
  });
  return app;
};

interface Endpoint {
  path: string;
  says: string;
  answer: (c: Context) => Response | Promise<Response>;
}

const liveness = (isLive: boolean): Response =>
  isLive ? reply(200, text, "live\n") : reply(503, text, "not live: the keeper does not answer its heartbeat\n");

const readiness = (status: Status, live: boolean, now: number, asJson: boolean): Response => {
  const readiness = readinessOf(status, live);
  const code = readiness.ready ? 200 : 503;
  const vary = { Vary: "Accept" };
  if (asJson) return reply(code, json, `${printableJson(JSON.stringify(readiness, null, 2))}\n`, vary);
  return reply(code, text, readinessText(readiness, now), vary);
};

const page = async (props: PageProps, policy: string): Promise<Response> =>
  reply(200, "text/html; charset=utf-8", await statusPage(props), { "Content-Security-Policy": policy });

const wantsJson = (c: Context): boolean =>
  accepts(c, { header: "Accept", supports: ["text/plain", "application/json"], default: "text/plain" }) ===
  "application/json";

const directory = (endpoints: readonly Endpoint[]): string => {
  const width = Math.max(...endpoints.map(({ path }) => path.length));
  const lines = endpoints.map(({ path, says }) => `  ${path.padEnd(width)}  ${says}`);
  return `not found; there is:\n${lines.join("\n")}\n`;
};

const reply = (code: number, type: string, body: string, headers: Record<string, string> = {}): Response =>
  new Response(body, {
    status: code,
    headers: {
      "Content-Type": type,
      // By hand, so that HEAD tells the size of what GET would give.
      "Content-Length": String(Buffer.byteLength(body)),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...headers,
    },
  });
