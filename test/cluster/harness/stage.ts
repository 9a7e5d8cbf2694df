import { afterAll, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { path } from "../../../agent/kubernetes/api.ts";
import { Cluster } from "./cluster.ts";
import { Consumer, type ConsumerOptions } from "./consumer.ts";
import { eventually } from "./eventually.ts";
import { evidence } from "./evidence.ts";
import { Pods } from "./pods.ts";
import { record } from "./record.ts";
import { Release, type Values } from "./release.ts";
import { run } from "./run.ts";
import { sweep } from "./sweep.ts";

/** What a story has measured; printed in the closing table. */
export interface Measured {
  /** How long the mount was away. */
  outageMs?: number;
  /** Writes of its consumer that failed. */
  failedWrites?: number;
  /** The longest time between two successful writes of its consumer. */
  gapMs?: number;
  /** Anything else worth a place in the table, in a few words. */
  also?: string;
}

/**
 * Where the stories of one file play: a namespace, a directory of the nodes for its host paths, the releases and consumers made
 * in it. Everything is gone when the file ends, and nothing may be left mounted.
 */
export class Stage {
  readonly cluster = new Cluster();
  readonly name: string;
  readonly namespace: string;
  /** Below this directory of every node its host paths lie. */
  readonly folder: string;
  readonly pods: Pods;
  readonly #ready: Promise<unknown>;
  readonly #releases: Release[] = [];
  readonly #ends: (() => unknown)[] = [];

  constructor(name: string) {
    this.name = name;
    this.namespace = `e2e-${name}-${randomBytes(2).toString("hex")}`;
    this.folder = `/var/lib/mooring-e2e/${this.namespace}`;
    this.pods = new Pods(this.cluster, this.namespace);
    this.#ready = this.#open();
    // Told by the first story that waits for it.
    this.#ready.catch(() => {});
    afterAll(() => this.#close());
  }

  /** Tells a story, prints what was there when it fails, and keeps what it measured for the closing table. */
  story(name: string, body: () => Promise<Measured | undefined>): void {
    test(name, async () => {
      const started = performance.now();
      const keep = (result: "ok" | "FAILED", measured: Measured = {}): void =>
        record({ story: `${this.name}: ${name}`, result, measured, ms: performance.now() - started });
      try {
        await this.#ready;
        keep("ok", (await body()) ?? {});
      } catch (error) {
        keep("FAILED");
        console.error(`\n${this.name}: ${name}: ${error instanceof Error ? error.message : String(error)}`);
        console.error(await evidence(this));
        throw error;
      }
    });
  }

  /** Something that several stories share: made by the first that asks for it. */
  once<T>(make: () => Promise<T>): () => Promise<T> {
    let made: Promise<T> | undefined;
    return () => {
      made ??= make();
      return made;
    };
  }

  /** A mount's place on the nodes. */
  hostPath(mount = "dumps"): string {
    return `${this.folder}/${mount}`;
  }

  /** Values for a small volume `dumps` below the stage's directory, with what differs. */
  values(dumps: Values = {}, more: Values = {}): Values {
    const mount = { hostPath: this.hostPath(), size: "64Mi", minFree: { bytes: "1Mi", inodes: 10 }, ...dumps };
    return {
      mounts: { dumps: mount },
      agent: { monitor: { interval: "6s" } },
      terminationGracePeriodSeconds: 30,
      ...more,
    };
  }

  /** A release of the chart that ends with the stage; nothing is installed yet. */
  release(name = "mooring"): Release {
    const release = new Release({ cluster: this.cluster, namespace: this.namespace, name });
    this.#releases.push(release);
    return release;
  }

  /** Installs the chart and waits until it is ready. */
  async install(values: Values = this.values(), name = "mooring"): Promise<Release> {
    const release = this.release(name);
    await release.apply(values);
    return release;
  }

  /** An application that writes every 10 ms to `dumps` through its parent directory, unless options say otherwise; not made yet. */
  consumer(options: Partial<ConsumerOptions> & { node: string }): Consumer {
    const name = options.name ?? "consumer";
    return new Consumer(this.cluster, this.pods, {
      name,
      volumePath: this.folder,
      file: `${this.hostPath()}/${name}`,
      ...options,
    });
  }

  /** Makes it and waits until it writes. */
  async startConsumer(options: Partial<ConsumerOptions> & { node: string }): Promise<Consumer> {
    const consumer = this.consumer(options);
    await consumer.create();
    await consumer.started();
    return consumer;
  }

  /** `kubectl` in the stage's namespace. */
  kubectl(...argv: string[]): Promise<string> {
    return run(["kubectl", "-n", this.namespace, ...argv]);
  }

  /** Runs when the stage closes, after the pods are gone and before the releases are; last come, first served. */
  later(end: () => unknown): void {
    this.#ends.push(end);
  }

  async #open(): Promise<void> {
    await this.cluster.create("/api/v1/namespaces", {
      metadata: {
        name: this.namespace,
        labels: { "mooring-e2e": this.name, "pod-security.kubernetes.io/enforce": "privileged" },
      },
    });
    // Pods are refused while the namespace has no service account.
    await eventually("the namespace's service account", () =>
      this.cluster.get(path`/api/v1/namespaces/${this.namespace}/serviceaccounts/default`),
    );
  }

  async #close(): Promise<void> {
    await this.#ready;
    await sweep({ stage: this, releases: this.#releases, ends: this.#ends });
  }
}
