import type { Connection, Limits } from "./connection.ts";
import { Connections, type Unread } from "./connections.ts";

export interface HttpServer {
  /** As people may type it, e.g. `http://[::]:8000/`. */
  url: string;
  port: number;
  /** Ends every connection and frees the port. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  app: { fetch(request: Request): Response | Promise<Response> };
  /** An address or a name; `::` means every address of both families. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** How many this process may have open, at most half of which are for connections. */
  descriptors?: number;
  limits?: Partial<Limits>;
  /** Where nobody can tell, whoever is silent the longest goes first, though something may be on its way from it. */
  unread?: Unread;
}

/** No more than a kubelet, a few scrapers and people need, and than a flood may cost: 8 MiB of unfinished requests. */
const CONNECTIONS = 512;
const REQUEST_MS = 10_000;
const ANSWER_MS = 10_000;

/**
 * Serves the app over HTTP/1, one request to a connection. Throws an Error with one sentence that names the address and the
 * way out when that cannot be had. Why this is not Bun.serve: docs/decisions/0009-a-bounded-http-port.md.
 */
export const serve = (options: ServeOptions, listen: Listen = Bun.listen): HttpServer => {
  const { app, descriptors = 1024, unread = () => 0 } = options;
  const connections = Math.max(1, Math.min(CONNECTIONS, Math.floor(descriptors / 2)));
  const limits = { connections, requestMs: REQUEST_MS, answerMs: ANSWER_MS, ...options.limits };
  const { handlers } = new Connections(limits, (request) => app.fetch(request), unread);
  const listener = open(options, handlers, listen);
  const { port, hostname } = listener;
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { url: `http://${shown}:${port}/`, port, stop: async () => listener.stop(true) };
};

type Listen = (options: Bun.TCPSocketListenOptions<Connection>) => Bun.TCPSocketListener<Connection>;

const open = (
  options: ServeOptions,
  socket: Bun.SocketHandler<Connection>,
  listen: Listen,
): Bun.TCPSocketListener<Connection> => {
  const { host, port } = options;
  try {
    // Not exclusive, the port would be shared (SO_REUSEPORT): a second agent would take half of the requests unnoticed.
    return listen({ hostname: host, port, exclusive: true, allowHalfOpen: true, socket });
  } catch (error) {
    // Kernels without IPv6 (ipv6.disable=1) say the first, some containers the second.
    const lacksIPv6 = host === "::" && ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(error));
    if (lacksIPv6) return open({ ...options, host: "0.0.0.0" }, socket, listen);
    throw new Error(explain(error, host, port), { cause: error });
  }
};

const explain = (error: unknown, host: string, port: number): string => {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return `http.port ${port} is in use by another process on ${host}; choose another with http.port or HTTP_PORT`;
    case "EACCES":
      return `http.port ${port} needs CAP_NET_BIND_SERVICE; choose one above 1023 with http.port or HTTP_PORT`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "EINVAL":
    // A name that leads nowhere comes without a code.
    case "":
      return `http.host ${host} is no address of this machine; "::" means all of them`;
    default:
      return `cannot listen on http.host ${host}, http.port ${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
