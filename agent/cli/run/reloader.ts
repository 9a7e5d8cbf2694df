import type { Config } from "../../core/config/config.ts";
import type { Environment } from "../../core/config/environment.ts";
import { nestedIn } from "../../core/config/nested.ts";
import { renamedKeys } from "../../core/config/renamed.ts";
import type { TraceBody } from "../../core/trace.ts";
import { loadConfig, problemLines } from "../config-file.ts";

export interface ReloaderOptions {
  /** Where the configuration came from, for people; null when the environment alone configures. */
  configPath: string | null;
  /** Its file; null when there is none that can be read again. */
  configFile: string | null;
  environment: Environment;
  /** The one in force. */
  current(): Config;
  /** Nothing is taken over any more. */
  isEnding(): boolean;
  take(config: Config): void;
  refuse(problems: string[]): void;
  tell(trace: TraceBody): void;
}

/** Reads the configuration again: a changed one is taken over, a broken one is told about and changes nothing. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #first: Config;
  /** What was read last was broken. */
  #isRejected = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#first = options.current();
  }

  /** One after the other: what was read first is never taken over last. Who asks gets an answer. */
  reload(why: "asked" | "changed"): Promise<void> {
    this.#last = this.#last.then(() => this.#reload(why));
    return this.#last;
  }

  async #reload(why: "asked" | "changed"): Promise<void> {
    const { configFile, configPath, environment, current, isEnding, take, refuse, tell } = this.#options;
    if (configFile === null) {
      const path = configPath ?? "the environment";
      if (!isEnding()) tell({ kind: "configRejected", path, problems: ["it cannot be read again; restart the agent"] });
      return;
    }
    const loaded = await loadConfig(configFile, environment);
    if (isEnding()) return;
    const wrong = loaded.ok ? nestedIn(current(), loaded.config) : loaded.problems;
    if (!loaded.ok || wrong.length > 0) {
      const problems = problemLines(wrong, configFile);
      this.#isRejected = true;
      refuse(problems);
      tell({ kind: "configRejected", path: configFile, problems });
      return;
    }
    const { config } = loaded;
    const isNews = this.#isRejected || JSON.stringify(config) !== JSON.stringify(current());
    if (why === "changed" && !isNews) return;
    this.#isRejected = false;
    take(config);
    tell({ kind: "configReloaded", path: configFile, mounts: config.mounts.length });
    const keys = renamedKeys(this.#first, config);
    if (keys.length > 0) tell({ kind: "newPodNeeded", keys });
  }
}
