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
}

/**
 * Serves the app. Throws an Error with one sentence that names the address and the way out when that cannot be had.
 * Sizes that nobody configures: 16 KiB of headers and address (then 431), no body at all (413), 10 s for a connection
 * that says nothing or does not finish its request. There is no limit on connections but that on descriptors: one that
 * is idle costs about a kilobyte, and until it has sent something the kernel keeps it (TCP_DEFER_ACCEPT).
 */
export const serve = (options: ServeOptions, listen: Listen = Bun.serve): HttpServer => {
  const server = open(options, listen);
  const { port = 0 } = server;
  return { url: String(server.url), port, stop: () => server.stop(true) };
};

type Listen = (options: Parameters<typeof Bun.serve<undefined>>[0]) => Bun.Server<undefined>;

const open = (options: ServeOptions, listen: Listen): Bun.Server<undefined> => {
  const { app, host, port } = options;
  try {
    return listen({
      hostname: host,
      port,
      // By default Bun 1.4 shares the port (SO_REUSEPORT): a second agent would take half of the requests unnoticed.
      reusePort: false,
      idleTimeout: 10,
      maxRequestBodySize: 0,
      development: false,
      fetch: (request) => app.fetch(withAddress(request)),
    });
  } catch (error) {
    // Kernels without IPv6 (ipv6.disable=1) say the first, some containers the second.
    const lacksIPv6 = host === "::" && ["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(error));
    if (lacksIPv6) return open({ ...options, host: "0.0.0.0" }, listen);
    throw new Error(explain(error, host, port), { cause: error });
  }
};

/** Health checkers that speak HTTP/1.0 send no Host; Bun then gives `/livez` as the whole address, which is no URL. */
const withAddress = (request: Request): Request =>
  request.url.startsWith("/")
    ? new Request(`http://localhost${request.url}`, { method: request.method, headers: request.headers })
    : request;

const explain = (error: unknown, host: string, port: number): string => {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return `http.port ${port} is in use by another process on ${host}; choose another with http.port or HTTP_PORT`;
    case "EACCES":
      return `http.port ${port} needs CAP_NET_BIND_SERVICE; choose one above 1023 with http.port or HTTP_PORT`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
    case "EINVAL":
      return `http.host ${host} is no address of this machine; "::" means all of them`;
    default:
      return `cannot listen on http.host ${host}, http.port ${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
