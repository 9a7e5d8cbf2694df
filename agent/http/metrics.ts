import type { ActionKind } from "../core/action.ts";
import { states } from "../core/condition.ts";
import type { MountStatus, Status } from "../core/status.ts";
import type { Trace } from "../core/trace.ts";
import { type Instruments, makeInstruments } from "./instruments.ts";
import { MountSeries } from "./mount-series.ts";

export interface Metrics {
  /** Counts what the trace tells. */
  observe(trace: Trace): void;
  /** The exposition for a scrape: counters as observed, gauges from the snapshot. */
  render(status: Status): Promise<string>;
}

/** What the process costs, read at each scrape and never between. */
export interface ProcessFigures {
  residentBytes: number;
  /** User and system time since the start. */
  cpuSeconds: number;
  openFds: number;
}

/** Content-Type of the text format, as Prometheus wants it. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

export const makeMetrics = (options: { process: () => ProcessFigures }): Metrics => {
  const instruments = makeInstruments();
  const series = new MountSeries(instruments);
  return {
    observe(trace) {
      if (trace.kind === "probed") noteProbe(instruments, series, trace);
      else if (trace.kind === "attached") noteAttachment(instruments, series, trace);
      else if (trace.kind === "actionFailed") noteFailure(instruments, series, trace);
      else if (trace.kind === "rescued") instruments.rescued.inc({ mount: trace.mount }, trace.files);
      else if (trace.kind === "kubernetesRequest")
        instruments.kubernetesRequests.inc({ verb: trace.verb, outcome: trace.outcome });
      else if (trace.kind === "tracesDropped") instruments.tracesDropped.inc(trace.count);
    },
    render(status) {
      series.keepOnly(status.mounts.map(({ name }) => name));
      showMounts(status.mounts, instruments);
      showAgent(status, options.process(), instruments);
      return instruments.registry.metrics();
    },
  };
};

type Told<K extends Trace["kind"]> = Extract<Trace, { kind: K }>;

const noteProbe = (instruments: Instruments, series: MountSeries, { mount, ok, durationMs }: Told<"probed">): void => {
  series.of(mount);
  instruments.checks.inc({ mount });
  if (!ok) instruments.failures.inc({ mount });
  instruments.checkDuration.observe({ mount }, seconds(durationMs));
};

const noteAttachment = (instruments: Instruments, series: MountSeries, trace: Told<"attached">): void => {
  const { mount, how, durationMs, outageMs } = trace;
  const known = series.of(mount);
  const isFirst = !known.attachedBefore;
  known.attachedBefore = true;
  if (how === "adopted" || (how === "attached" && isFirst)) return;
  instruments.recoveries.inc({ mount });
  instruments.recovered.inc({ mount });
  instruments.outage.inc({ mount }, seconds(outageMs));
  // 0 when it was found wrong at the start: nobody noticed when that began.
  if (durationMs > 0) instruments.healDuration.observe({ mount }, seconds(durationMs));
};

const noteFailure = (instruments: Instruments, series: MountSeries, trace: Told<"actionFailed">): void => {
  const { mount, action } = trace;
  const { attachedBefore } = series.of(mount);
  if (recoveries.has(action) || (action === "attach" && attachedBefore)) instruments.recoveries.inc({ mount });
};

/** prom-client throws at what is no amount; a clock that jumped must not end the agent. */
const seconds = (ms: number): number => (ms > 0 && ms < Number.POSITIVE_INFINITY ? ms / 1000 : 0);

/** Of the kinds of Action; to attach is one too when the mount was there before. */
const recoveries: ReadonlySet<string> = new Set(["heal", "replace", "uncover"] satisfies ActionKind[]);

const showMounts = (mounts: readonly MountStatus[], instruments: Instruments): void => {
  const { state, size, avail, files, filesFree, stuck, stackDepth, shadowed, consumers } = instruments;
  for (const gauge of [state, size, avail, files, filesFree, stuck, stackDepth, shadowed, consumers]) gauge.reset();
  for (const { name: mount, condition, space, probe, stackDepth: depth, bareDirectory, consumers: pods } of mounts) {
    for (const each of states) state.set({ mount, state: each }, each === condition.state ? 1 : 0);
    stuck.set({ mount }, probe.stuckForMs === null ? 0 : 1);
    stackDepth.set({ mount }, depth);
    shadowed.set({ mount }, bareDirectory?.shadowed ?? 0);
    // While nobody knows there is no series: a 0 would say that nobody uses it.
    if (pods !== null) consumers.set({ mount }, pods.length);
    // Unknown space has no series: a 0 would read as a full volume.
    if (space === null) continue;
    size.set({ mount }, space.sizeBytes);
    avail.set({ mount }, space.availBytes);
    files.set({ mount }, space.files);
    filesFree.set({ mount }, space.filesFree);
  }
};

const showAgent = (status: Status, figures: ProcessFigures, instruments: Instruments): void => {
  const { buildInfo, residentBytes, cpuSeconds, openFds, startTime } = instruments;
  buildInfo.set({ version: status.version }, 1);
  residentBytes.set(figures.residentBytes);
  cpuSeconds.reset();
  cpuSeconds.inc(figures.cpuSeconds);
  openFds.set(figures.openFds);
  startTime.set(Date.parse(status.startedAt) / 1000);
};
