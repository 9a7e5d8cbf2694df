import { type MountEntry, parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { type Api, type Ask, makeApi, type Reply } from "../../../agent/kubernetes/api.ts";
import { clusterOfKubeconfig } from "../../../agent/kubernetes/cluster.ts";
import { run } from "./run.ts";

/** The kind cluster that ci/e2e made: its API server, and its nodes, which are containers of the Docker engine. */
export class Cluster {
  readonly name: string;
  readonly kubeconfig: string;
  readonly #api: Promise<Api>;

  /** @throws when it was not started by ci/e2e. */
  constructor({ CLUSTER, KUBECONFIG }: Readonly<Record<string, string | undefined>> = process.env) {
    if (!CLUSTER || !KUBECONFIG) throw new Error("stories need a cluster: ci/e2e PATH, with KEEP=1 to keep it");
    this.name = CLUSTER;
    this.kubeconfig = KUBECONFIG;
    this.#api = clusterOfKubeconfig(KUBECONFIG).then((cluster) =>
      makeApi({ cluster, userAgent: "mooring-e2e", timeoutMs: 30_000, tell: () => {} }),
    );
  }

  /** The API server's answer, whatever it is. */
  async ask(question: Ask): Promise<Reply> {
    return (await this.#api).ask(question);
  }

  /** The same API server, as whoever has this token sees it. */
  async as(token: string): Promise<Api> {
    const { server, credentials } = await clusterOfKubeconfig(this.kubeconfig);
    const { ca = "" } = (await credentials()).tls;
    const cluster = { server, credentials: async () => ({ token, tls: { ca } }) };
    return makeApi({ cluster, userAgent: "mooring-e2e", timeoutMs: 30_000, tell: () => {} });
  }

  /** The body of a good answer. @throws what the API server said instead. */
  async get<T>(path: string, query?: Record<string, string>): Promise<T> {
    return this.#good({ verb: "get", path, ...(query ? { query } : {}) });
  }

  /** @throws what the API server said instead of making it. */
  async create<T>(path: string, body: T): Promise<T> {
    return this.#good({ verb: "create", path, body });
  }

  /** Strategic merge, as `kubectl patch`. */
  async patch<T>(path: string, body: unknown, patch: NonNullable<Ask["patch"]> = "strategic"): Promise<T> {
    return this.#good({ verb: "patch", path, body, patch });
  }

  /** Deletes it; one that is not there is fine. `graceSeconds` 0 kills a pod at once. */
  async remove(path: string, graceSeconds?: number): Promise<void> {
    const query = graceSeconds === undefined ? {} : { gracePeriodSeconds: String(graceSeconds) };
    const reply = await this.ask({ verb: "delete", path, query });
    if (reply.kind !== "ok" && !(reply.kind === "refused" && reply.status === 404)) {
      throw new Error(`DELETE ${path}: ${reply.why}`);
    }
  }

  /** Names of the nodes that run stories. */
  async workers(): Promise<string[]> {
    return (await this.nodes()).filter((name) => name !== this.controlPlane);
  }

  /** Names of all nodes. */
  async nodes(): Promise<string[]> {
    const { items } = await this.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
    return items.map(({ metadata }) => metadata.name).sort();
  }

  /** The node that runs the API server, as kind names it. */
  get controlPlane(): string {
    return `${this.name}-control-plane`;
  }

  /** Runs a shell script on a node as root, in its mount namespace; `$1`… are `args`. */
  onNode(node: string, script: string, ...args: string[]): Promise<string> {
    return run(["docker", "exec", node, "bash", "-ceu", script, "bash", ...args]);
  }

  /** What is mounted on a node at a path or below it, in the order of its mount table. */
  async mounts(node: string, below: string): Promise<MountEntry[]> {
    const table = await run(["docker", "exec", node, "cat", "/proc/self/mountinfo"]);
    return parseMountinfo(`${table}\n`).filter(
      ({ mountPoint }) => below === "/" || mountPoint === below || mountPoint.startsWith(`${below}/`),
    );
  }

  async #good<T>(question: Ask): Promise<T> {
    const reply = await this.ask(question);
    if (reply.kind !== "ok") throw new Error(`${question.verb} ${question.path}: ${reply.why}`);
    return reply.body as T;
  }
}
