import type { Config } from "../../core/config/config.ts";
import type { Status } from "../../core/status.ts";
import type { Trace, TraceBody } from "../../core/trace.ts";
import type { HttpServer } from "../../http/server.ts";
import { unreadBytes } from "../../kernel/socket.ts";
import type { Log } from "../../log/log.ts";
import { descriptorLimit, processFigures } from "./process-figures.ts";

/** Everything that listens: log, metrics, HTTP. Loaded after the first mounts are under way, which need none of it. */
export interface Outlets {
  configure(config: Config): void;
  end(): Promise<void>;
}

export interface OutletsOptions {
  config: Config;
  status(): Status;
  live(): boolean;
  /** Hands over every trace from now on, after those that were kept so far. */
  listen(hear: (trace: Trace) => void): void;
  tell(trace: TraceBody): void;
}

const LOG_DRAIN_MS = 500;
const PORT_RETRY_MS = 5000;

/** Opens the log first: what follows may have something to say. */
export async function openOutlets({ config, status, live, listen, tell }: OutletsOptions): Promise<Outlets> {
  const { openLog } = await import("../../log/log.ts");
  const log: Log = openLog(config.log);
  const { makeMetrics } = await import("../../http/metrics.ts");
  const { makeApp } = await import("../../http/app.tsx");
  const { serve } = await import("../../http/server.ts");
  const metrics = makeMetrics({ process: processFigures });
  listen((trace) => {
    metrics.observe(trace);
    log.tell(trace);
  });
  const app = makeApp({ status, live, metrics: () => metrics.render(status()) });

  let settings = config;
  let server: HttpServer | null = null;
  let retry: Timer | null = null;
  const open = (): void => {
    const { host, port } = settings.http;
    try {
      server = serve({ app, host, port, descriptors: descriptorLimit(), unread: unreadBytes });
      tell({ kind: "listening", url: server.url });
    } catch (error) {
      tell({ kind: "listenFailed", host, port, why: String(error instanceof Error ? error.message : error) });
      retry = setTimeout(open, PORT_RETRY_MS);
    }
  };
  open();

  const close = (): void => {
    if (retry) clearTimeout(retry);
    void server?.stop();
    server = null;
  };
  return {
    configure(next) {
      const before = settings;
      settings = next;
      if (JSON.stringify(before.log) !== JSON.stringify(next.log)) log.reconfigure(next.log);
      if (JSON.stringify(before.http) === JSON.stringify(next.http)) return;
      close();
      open();
    },
    async end() {
      await log.end(LOG_DRAIN_MS);
      close();
    },
  };
}
