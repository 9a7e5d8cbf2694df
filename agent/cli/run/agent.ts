import { hostname } from "node:os";
import type { Config } from "../../core/config/config.ts";
import type { TraceBody } from "../../core/trace.ts";
import { type KeeperLink, startKeeper } from "../../keeper/link.ts";
import type { News } from "../../keeper/messages.ts";
import { describeFallbacks, detectCapabilities } from "../../kernel/capabilities.ts";
import { monotonicMs } from "../../kernel/clock.ts";
import { kernelRelease } from "../../kernel/release.ts";
import type { Kubernetes } from "../../kubernetes/start.ts";
import type { Self } from "../../volume/child-process.ts";
import { Audience } from "./audience.ts";
import { watchConfigFile } from "./config-file.ts";
import { Leaving } from "./leaving.ts";
import { Ledger } from "./ledger.ts";
import { type Outlets, openOutlets } from "./outlets.ts";
import { Probers } from "./probers.ts";
import { Reloader } from "./reloader.ts";
import { startReporting } from "./reporting.ts";

export interface AgentOptions {
  config: Config;
  /** Where the configuration came from, for people; null when the environment alone configures. */
  configPath: string | null;
  /** Its file, to load it again; null when there is none. */
  configFile: string | null;
  environment: Readonly<Record<string, string | undefined>>;
  self: Self;
}

/** The keeper answers a heartbeat every 5 s; /livez fails once three in a row were missed. */
const LIVE_WITHIN_MS = 16_000;
/** So that a log collector and a readiness probe can see why, before the container ends. */
const RESTART_AFTER_MS = 1000;

/** The main thread of `mooring run`: starts every part, carries what they say from one to the other, and ends them. */
export class MooringAgent {
  readonly #options: AgentOptions;
  readonly #keeper: KeeperLink;
  readonly #probers: Probers;
  readonly #ledger: Ledger;
  readonly #ended = Promise.withResolvers<number>();
  readonly #leaving: Leaving;
  readonly #reloader: Reloader;
  #config: Config;
  #outlets: Outlets | null = null;
  readonly #audience = new Audience();
  #kubernetes: Kubernetes | null = null;
  #stopWatching: () => void = () => {};
  #ending = false;

  constructor(options: AgentOptions) {
    const { config, configPath, configFile, environment, self } = options;
    this.#options = options;
    this.#config = config;
    const capabilities = detectCapabilities();
    const kernel = { release: kernelRelease(), fallbacks: describeFallbacks(capabilities) };
    const { instance, nodeName, podName } = config.kubernetes;
    this.#keeper = startKeeper({
      config,
      capabilities,
      agent: { instance, holder: `${podName ?? hostname()} (pid ${process.pid})` },
      now: monotonicMs,
      onNews: (news) => this.#onNews(news),
      onDeath: (why) => this.#onKeeperDeath(why),
    });
    this.#probers = new Probers({
      self,
      instance,
      node: nodeName ?? hostname(),
      order: (order) => this.#keeper.order(order),
      tell: (trace) => this.#tell(trace),
    });
    this.#ledger = new Ledger({
      config,
      configPath,
      kernel,
      probed: (target) => this.#probers.at(target)?.status ?? null,
      consumers: (mount) => this.#kubernetes?.consumers(mount) ?? null,
    });
    const [keeper, probers, ledger] = [this.#keeper, this.#probers, this.#ledger];
    this.#leaving = new Leaving({ keeper, probers, ledger, tell: (trace) => this.#tell(trace) });
    this.#reloader = new Reloader({
      configPath,
      configFile,
      environment,
      current: () => this.#config,
      isEnding: () => this.#ending,
      take: (changed) => this.#configure(changed),
      refuse: (problems) => this.#ledger.configRejected(problems),
      tell: (trace) => this.#tell(trace),
    });
    this.#tell({ kind: "started", mounts: config.mounts.length, kernel: kernel.release, fallbacks: kernel.fallbacks });
    this.#probers.configure(config);
  }

  /** Runs until a signal or a death ends it; resolves to the exit code. */
  async run(): Promise<number> {
    this.#outlets = await openOutlets({
      config: this.#config,
      status: () => this.#ledger.status(),
      live: () => this.#keeper.silentForMs() < LIVE_WITHIN_MS,
      listen: (hear) => this.#audience.join(hear),
      tell: (trace) => this.#tell(trace),
    });
    void this.#startReporting();
    const { configFile } = this.#options;
    if (configFile !== null) this.#stopWatching = watchConfigFile(configFile, () => void this.reload("changed"));
    const code = await this.#ended.promise;
    await this.#outlets.end();
    return code;
  }

  async #startReporting(): Promise<void> {
    const kubernetes = await startReporting({
      ...this.#options,
      status: () => this.#ledger.status(),
      onDirectories: (requested) => this.#probers.request(requested, this.#config),
      tell: (trace) => this.#tell(trace),
    });
    this.#kubernetes = kubernetes;
    this.#probers.rescues.learn(kubernetes);
    // It may have been reloaded while this was loading.
    kubernetes?.configure(this.#config);
    if (kubernetes !== null) this.#audience.join((trace) => kubernetes.hear(trace));
    this.#audience.close();
  }

  /** Reads the configuration again. */
  async reload(why: "asked" | "changed"): Promise<void> {
    if (!this.#ending) await this.#reloader.reload(why);
  }

  #configure(config: Config): void {
    this.#config = config;
    this.#ledger.configured(config);
    this.#keeper.order({ kind: "configure", config });
    this.#probers.configure(config);
    this.#outlets?.configure(config);
    this.#kubernetes?.configure(config);
  }

  /** Ends the agent, with the mounts kept or released. `allow` asks for more time than the 2 s in which it ends otherwise. */
  async stop(signal: string, allow: (ms: number) => void): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#stopWatching();
    this.#ended.resolve(await this.#leaving.go(signal, this.#config, this.#kubernetes, allow));
  }

  #onNews(news: News): void {
    switch (news.kind) {
      case "status":
        this.#ledger.kept(news.mounts);
        this.#kubernetes?.changed();
        return;
      case "traces":
        for (const trace of news.traces) this.#audience.tell(trace);
        return;
      case "heard":
        this.#probers.at(news.target)?.heard(news.pid);
        return;
      case "probe":
        this.#probers.at(news.target)?.probe();
        return;
      case "rescue":
        this.#probers.rescues.order(news.target, news.order);
        return;
      case "released":
      case "leaving":
        this.#leaving.hear(news);
        return;
      case "restartNeeded":
        this.#endSoon();
        return;
      case "beat":
        return;
    }
  }

  #onKeeperDeath(why: string): void {
    if (this.#ending) return;
    this.#ledger.keeperDied(why);
    this.#kubernetes?.changed();
    this.#tell({ kind: "keeperDied", error: why });
    this.#endSoon();
  }

  /** The mounts stay as they are; the next life of the agent adopts them. */
  #endSoon(): void {
    if (this.#ending) return;
    this.#ending = true;
    setTimeout(() => this.#ended.resolve(1), RESTART_AFTER_MS);
  }

  #tell(body: TraceBody): void {
    this.#audience.tell({ ...body, at: Date.now(), pass: 0 });
  }
}
