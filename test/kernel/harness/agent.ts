import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reason, State } from "../../../agent/core/condition.ts";
import type { MountStatus, Status } from "../../../agent/core/status.ts";
import type { Machine } from "./machine.ts";
import { denying, type OldKernel, refusing } from "./old-kernel.ts";
import type { Place } from "./place.ts";
import type { Program } from "./program.ts";
import { until } from "./until.ts";

/** Keys of one mount, or of the whole configuration, over what every test wants. Written as JSON, which is YAML. */
export interface AgentOptions {
  mount?: Record<string, unknown>;
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** Without a file: the environment alone configures it. */
  fileless?: boolean;
  /** A configuration that is there already. */
  configPath?: string;
  /** Where it runs: the machine by default. */
  place?: Place;
  /** Another binary than dist/mooring. */
  binary?: string;
  /** The kernel it meets: this one by default. */
  kernel?: OldKernel;
}

export type Wanted = State | `${State}/${Reason}`;

export const releaseBuild = join(import.meta.dir, "../../../dist/mooring");
/** With the fault points, see ci/build. */
export const testBuild = join(import.meta.dir, "../../../dist/mooring-test");

/** The compiled agent, running on a machine. It ends with the machine. */
export class Agent {
  readonly program: Program;
  readonly url: string;
  readonly configPath: string;

  private constructor(program: Program, url: string, configPath: string) {
    this.program = program;
    this.url = url;
    this.configPath = configPath;
  }

  /** Writes a configuration and starts the agent with it; it listens, which does not mean that it is ready. */
  static async start(machine: Machine, options: AgentOptions = {}): Promise<Agent> {
    const { binary = releaseBuild, env, fileless = false, configPath, place = machine, kernel } = options;
    const path = configPath ?? join(machine.root, "mooring.yaml");
    if (!fileless && !configPath) await machine.write(path, configFor(machine, options));
    const argv = [binary, "run", ...(fileless ? [] : ["--config", path])];
    const program = place.run(denying(refusing(kernel?.denied ?? []), argv), env ? { env } : {});
    const line = await program.line((said) => said.includes('"event":"listening"'), { what: "the agent to listen" });
    return new Agent(program, (JSON.parse(line) as { url: string }).url, path);
  }

  /** Whatever it logged before, it has logged here as well. */
  async status(): Promise<Status> {
    const status = (await (await fetch(`${this.url}/api/v1/status`)).json()) as Status;
    await this.program.heard();
    return status;
  }

  async mount(name = "dumps"): Promise<MountStatus> {
    const found = (await this.status()).mounts.find((mount) => mount.name === name);
    if (!found) throw new Error(`the agent knows no mount ${name}`);
    return found;
  }

  /** The answer of one endpoint, e.g. `/readyz`. */
  async get(path: string): Promise<{ code: number; body: string; ms: number }> {
    const begin = performance.now();
    const response = await fetch(`${this.url}${path}`);
    const body = await response.text();
    return { code: response.status, body, ms: performance.now() - begin };
  }

  /**
   * Waits until a mount is in one of these states, and returns its status then. Name the reason where a busy machine may
   * give another one: it is Degraded/ProbeSlow there, too.
   */
  until(states: Wanted | readonly Wanted[], name = "dumps", deadline?: number): Promise<MountStatus> {
    const wanted = [states].flat();
    return until(
      async () => {
        const mount = await this.mount(name);
        const { state, reason, message } = mount.condition;
        if (wanted.includes(state) || wanted.includes(`${state}/${reason}`)) return mount;
        throw new Error(`${state}/${reason}: ${message}`);
      },
      { what: `${name} to be ${wanted.join(" or ")}`, every: 5, ...(deadline && { deadline }) },
    );
  }

  /** Waits for `count` further probes to end: whatever the agent wanted to do about what it found, it has done. */
  async probed(count = 2, name = "dumps"): Promise<void> {
    const series = `volume_mount_checks_total{mount="${name}"}`;
    const before = await this.metric(series);
    await until(async () => (await this.metric(series)) >= before + count, { what: `${count} more probes`, every: 10 });
  }

  /** Processes that it started and that are still there. */
  children(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === this.program.pid)
      .map(Number);
  }

  /** How many descriptors it holds. */
  descriptors(): number {
    return readdirSync(`/proc/${this.program.pid}/fd`).length;
  }

  /** What it logged of one kind so far. */
  events(kind: string): Record<string, unknown>[] {
    return this.program.log.filter(({ event }) => event === kind);
  }

  /** Waits for the `count`th event of a kind. */
  async event(kind: string, count = 1, deadline?: number): Promise<Record<string, unknown>> {
    const found = await until(() => this.events(kind)[count - 1], {
      what: `event ${kind} number ${count}`,
      ...(deadline && { deadline }),
    });
    return found;
  }

  /** The value of one series of /metrics, e.g. `volume_mount_recoveries_total{mount="dumps"}`. */
  async metric(series: string): Promise<number> {
    const { body } = await this.get("/metrics");
    const line = body.split("\n").find((candidate) => candidate.startsWith(`${series} `));
    if (line === undefined) throw new Error(`no series ${series} in:\n${body}`);
    return Number(line.slice(series.length + 1));
  }

  /** Gives it another configuration, over what its first one had, and waits until it has taken that over. */
  async reconfigure(machine: Machine, options: AgentOptions): Promise<void> {
    const before = this.events("configReloaded").length;
    await machine.write(this.configPath, configFor(machine, options));
    this.program.kill("SIGHUP");
    await this.event("configReloaded", before + 1);
  }

  /** How the right mount came to be on top, each time: waits until that was told `count` times. */
  async ways(count = 1): Promise<unknown[]> {
    await this.event("attached", count);
    return this.events("attached").map(({ how }) => how);
  }

  /** Ends it and returns its exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals | null> {
    this.program.kill(signal);
    const { code, signal: by } = await this.program.exited;
    return code ?? by;
  }
}

/** Null when the process is gone. */
function parentOf(pid: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return null;
  }
}

/** Another command of the binary, run to its end inside a place. */
export async function mooring(
  place: Place,
  argv: readonly string[],
  { env, binary = releaseBuild }: { env?: Record<string, string>; binary?: string } = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const program = place.run([binary, ...argv], env ? { env } : {});
  const { code } = await program.exited;
  return { code, out: program.lines.join("\n"), err: program.errors.join("\n") };
}

/** The configuration that a test's agent runs with: fast probes, a port of its own. */
export function configFor(machine: Machine, { mount, config }: AgentOptions = {}): string {
  return JSON.stringify({
    mounts: [{ name: "dumps", source: machine.source, target: machine.target, ...mount }],
    monitor: { interval: "1s", timeout: "500ms", failures: 3 },
    http: { host: "127.0.0.1", port: 0 },
    ...config,
  });
}
