import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mount } from "../../../agent/core/config/config.ts";
import type { TraceBody } from "../../../agent/core/trace.ts";
import type { VolumeReport } from "../../../agent/core/volume-report.ts";
import { monotonicMs } from "../../../agent/kernel/clock.ts";
import { Prober, type ProberOptions } from "../../../agent/volume/prober.ts";
import { until } from "../../kernel/harness/until.ts";
import { requestFor } from "../ask.ts";

/**
 * A volume child in the test's hands. It notes its pid and what it is asked; "$1/mood" says what then: answer, die, or be
 * silent, or at work, until there is something else in it.
 */
const script = `
  read -r request
  echo "$$ $request" >> "$1/asked"
  while :; do
    case "$(cat "$1/mood")" in
      silent) sleep 0.01 ;;
      busy) echo "at work"; sleep 0.01 ;;
      die) exit 3 ;;
      *) break ;;
    esac
  done
  cat "$1/answer"
  cat > /dev/null
`;

export const fine: VolumeReport = { source: null, volume: null };
export const broken = { source: { ok: false, problem: { reason: "SourceMissing", message: "gone" } }, volume: null };

/** A prober whose child is a puppet, and what it said so far. */
export class Puppet implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "mooring-prober-"));
  prober = new Prober(this.optionsFor({}));
  reports = 0;
  silences = 0;
  signs = 0;
  readonly traces: TraceBody[] = [];

  constructor() {
    this.mood("answer");
    this.answer(fine);
  }

  /** What children do from now on. */
  mood(now: "answer" | "die" | "silent" | "busy"): void {
    writeFileSync(join(this.folder, "mood"), now);
  }

  answer(report: unknown): void {
    writeFileSync(join(this.folder, "answer"), `${JSON.stringify(report)}\n`);
  }

  /** Every child so far. */
  asked(): { pid: number; request: string }[] {
    return (existsSync(join(this.folder, "asked")) ? readFileSync(join(this.folder, "asked"), "utf8") : "")
      .split("\n")
      .filter(Boolean)
      .map((line) => ({ pid: Number.parseInt(line, 10), request: line.slice(line.indexOf("{")) }));
  }

  living(): number {
    return this.asked().filter(({ pid }) => isAlive(pid)).length;
  }

  kinds(kind: TraceBody["kind"]): TraceBody[] {
    return this.traces.filter((trace) => trace.kind === kind);
  }

  optionsFor(monitor: Partial<ProberOptions["monitor"]>, mount: Partial<Mount> = {}): ProberOptions {
    return {
      self: ["sh", "-c", script, "sh", this.folder],
      request: requestFor({ source: "/volumes/dumps", target: "/target" }, { mount }),
      monitor: { intervalMs: 60, timeoutMs: 30, failures: 3, ...monitor },
      now: monotonicMs,
      onReport: (pid) => {
        this.reports += 1;
        this.prober.heard(pid);
      },
      onSilence: () => {
        this.silences += 1;
      },
      onSign: () => {
        this.signs += 1;
      },
      tell: (trace) => void this.traces.push(trace),
    };
  }

  start(monitor: Partial<ProberOptions["monitor"]> = {}): void {
    this.begin(this.optionsFor(monitor));
  }

  begin(options: ProberOptions): void {
    this.prober = new Prober(options);
    this.prober.probe();
  }

  /** Lets time pass: until another prober, on a well volume, has gone round that often. */
  async rounds(count: number): Promise<void> {
    let reports = 0;
    const clock: Prober = new Prober({
      ...this.optionsFor({ timeoutMs: 5000 }),
      self: ["sh", "-c", `read -r request; echo '{"source":null,"volume":null}'; cat > /dev/null`],
      onReport: (pid) => {
        reports += 1;
        clock.heard(pid);
      },
      onSilence: () => {},
      onSign: () => {},
      tell: () => {},
    });
    clock.probe();
    await until(() => reports >= count, { what: `${count} rounds` });
    clock.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.prober.stop();
    this.mood("die");
    await until(() => this.living() === 0, { what: "all children to end" });
    rmSync(this.folder, { recursive: true });
  }
}

export const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
