/** One request as the API server got it. */
export interface Seen {
  at: number;
  method: string;
  path: string;
  query: URLSearchParams;
  type: string;
  token: string | null;
  body: unknown;
}

/** What the next requests meet instead of an answer. */
export type Fault =
  | { kind: "status"; status: number; message?: string; headers?: Record<string, string> }
  | { kind: "hang" }
  | { kind: "reset" }
  | { kind: "garbage" }
  | { kind: "slow"; ms: number };

type Json = Record<string, unknown>;
type Objects = Map<string, Json>;

/**
 * A small API server over real HTTP: one node with strategic merge patches as far as Mooring sends them, Events, pods with list
 * and watch, workloads. Faults are put in from outside.
 */
export class FakeCluster {
  readonly server: ReturnType<typeof Bun.serve>;
  readonly seen: Seen[] = [];
  readonly node: Json;
  readonly events: Objects = new Map();
  readonly objects: Objects = new Map();
  readonly pods: Objects = new Map();
  /** The next requests that it concerns meet it; null when all is well. */
  fault: (seen: Seen) => Fault | null = () => null;
  /** Watches from before this version have expired. */
  expiredBefore = 0;
  #version = 100;
  #watches = new Set<(line: string | null) => void>();

  constructor(node: Json) {
    this.node = structuredClone(node);
    this.server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: (request) => this.#serve(request),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  get writes(): Seen[] {
    return this.seen.filter(({ method }) => method !== "GET");
  }

  get watching(): number {
    return this.#watches.size;
  }

  get version(): number {
    return this.#version;
  }

  async stop(): Promise<void> {
    this.cutWatches();
    await this.server.stop(true);
  }

  put(pod: Json): void {
    const uid = String((pod.metadata as Json).uid);
    const isNew = !this.pods.has(uid);
    this.#version += 1;
    const stored = { ...pod, metadata: { ...(pod.metadata as Json), resourceVersion: String(this.#version) } };
    this.pods.set(uid, stored);
    this.tellWatches({ type: isNew ? "ADDED" : "MODIFIED", object: stored });
  }

  remove(uid: string): void {
    const pod = this.pods.get(uid);
    this.#version += 1;
    this.pods.delete(uid);
    this.tellWatches({ type: "DELETED", object: pod });
  }

  tellWatches(event: unknown): void {
    for (const tell of this.#watches) tell(`${typeof event === "string" ? event : JSON.stringify(event)}\n`);
  }

  /** As a restart of the API server ends them. */
  cutWatches(): void {
    for (const tell of [...this.#watches]) tell(null);
  }

  async #serve(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const text = await request.text();
    const seen: Seen = {
      at: performance.now(),
      method: request.method,
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      type: request.headers.get("content-type") ?? "",
      token: /^Bearer (.*)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? null,
      body: text === "" ? null : JSON.parse(text),
    };
    this.seen.push(seen);
    const fault = this.fault(seen);
    switch (fault?.kind) {
      case "status":
        return status(fault.status, fault.message ?? "as the test wants it", fault.headers);
      case "hang":
        return new Promise<Response>(() => {});
      case "reset":
        // To the reader the same as a connection that ends in the middle of the answer.
        return new Response(Bun.gzipSync('{"half": 1}').slice(0, 15), { headers: { "Content-Encoding": "gzip" } });
      case "garbage":
        return new Response("<html>a proxy says hello</html>");
      case "slow":
        await Bun.sleep(fault.ms);
        break;
      case undefined:
        break;
    }
    return this.#answer(seen);
  }

  #answer(seen: Seen): Response {
    const { method, path, body } = seen;
    const nodePath = `/api/v1/nodes/${String((this.node.metadata as Json).name)}`;
    if (path === nodePath && method === "GET") return Response.json(this.node);
    if (path === `${nodePath}/status` && method === "PATCH") return this.#patchStatus(body as Json);
    if (path === nodePath && method === "PATCH") return this.#patchTaints(body as Json[]);
    if (path === "/api/v1/pods") return seen.query.get("watch") === "true" ? this.#watch(seen) : this.#list();
    if (/^\/apis\/events\.k8s\.io\/v1\/namespaces\/[^/]+\/events/.test(path)) return this.#event(seen);
    return this.#object(seen);
  }

  #patchStatus({ metadata, status: change }: Json): Response {
    const meta = this.node.metadata as Record<string, Json>;
    for (const key of ["labels", "annotations"] as const) {
      const merged = { ...meta[key], ...(metadata as Record<string, Json>)[key] };
      meta[key] = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
    }
    const conditions = ((this.node.status as Json).conditions ?? []) as Json[];
    const changes = ((change as Json | undefined)?.conditions ?? []) as Json[];
    (this.node.status as Json).conditions = [
      ...conditions.filter(({ type }) => !changes.some((each) => each.type === type)),
      ...changes.filter((each) => each.$patch !== "delete"),
    ];
    return Response.json(this.node);
  }

  #patchTaints(operations: Json[]): Response {
    const spec = this.node.spec as { taints?: unknown[] };
    for (const { op, path, value } of operations) {
      const index = Number(String(path).split("/").at(-1));
      if (op === "test" && JSON.stringify(spec.taints?.[index]) !== JSON.stringify(value))
        return status(422, "test failed");
      if (op === "remove") spec.taints?.splice(index, 1);
    }
    return Response.json(this.node);
  }

  #event({ method, path, body }: Seen): Response {
    const json = body as Json;
    if (method === "POST") {
      const name = String((json.metadata as Json).name);
      if (this.events.has(name)) return status(409, "already exists");
      this.events.set(name, json);
      return Response.json(json, { status: 201 });
    }
    const event = this.events.get(path.split("/").at(-1) ?? "");
    if (event === undefined) return status(404, "no such event");
    Object.assign(event, json);
    return Response.json(event);
  }

  #object({ method, path, query }: Seen): Response {
    const object = this.objects.get(path);
    if (object === undefined) return status(404, `${path} not found`);
    if (method === "DELETE") this.objects.delete(path);
    if (query.get("labelSelector") !== null) return Response.json({ items: object.items });
    return Response.json(object);
  }

  #list(): Response {
    const metadata = { resourceVersion: String(this.#version) };
    return Response.json({ kind: "PodList", apiVersion: "v1", metadata, items: [...this.pods.values()] });
  }

  #watch({ query }: Seen): Response {
    if (Number(query.get("resourceVersion")) < this.expiredBefore) return status(410, "too old resource version");
    let tell: (line: string | null) => void = () => {};
    const stream = new ReadableStream({
      start: (controller) => {
        tell = (line) => {
          if (line !== null) return controller.enqueue(line);
          this.#watches.delete(tell);
          controller.close();
        };
        this.#watches.add(tell);
        // Headers leave with the first bytes only.
        controller.enqueue(
          `${JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: query.get("resourceVersion") } } })}\n`,
        );
      },
      cancel: () => void this.#watches.delete(tell),
    });
    return new Response(stream, { headers: { "content-type": "application/json" } });
  }
}

const status = (code: number, message: string, headers: Record<string, string> = {}): Response =>
  Response.json({ kind: "Status", apiVersion: "v1", status: "Failure", message, code }, { status: code, headers });
