import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mount } from "../../agent/core/config/config.ts";
import type { VolumeFindings, VolumeReport } from "../../agent/core/volume-report.ts";
import { askVolumeChild } from "../../agent/volume/child-process.ts";
import type { VolumeRequest } from "../../agent/volume/request.ts";
import { mountOf } from "../keeper/configuration.ts";
import { compiled } from "../kernel/harness/compile.ts";
import type { Machine } from "../kernel/harness/machine.ts";
import type { Place } from "../kernel/harness/place.ts";
import { until } from "../kernel/harness/until.ts";
import { Inside } from "../kernel/linux/inside.ts";
import type * as Look from "./look.ts";

export const main = join(import.meta.dir, "../../agent/main.ts");

/** How the agent starts its own program, from the sources and inside a place. */
export const selfIn = (place: Place): string[] => [
  compiled(join(import.meta.dir, "../kernel/harness/enter.c")),
  String(place.pid),
  "-",
  process.execPath,
  main,
];

export const requestFor = (
  { source, target }: { source: string | null; target: string },
  { mount, ...changes }: Partial<Omit<VolumeRequest, "mount">> & { mount?: Partial<Mount> } = {},
): VolumeRequest => ({
  mount: mountOf({ name: "dumps", source, target, ...mount }),
  instance: "mooring",
  node: "node-a",
  otherMounts: [],
  requested: [],
  ...changes,
});

export interface Answered {
  report: VolumeReport;
  /** Of the volume. @throws when it was not examined. */
  volume: VolumeFindings;
  /** The most memory that whoever answered ever held, in MiB. */
  peakMiB: number;
}

type Changes = Parameters<typeof requestFor>[1];
type Places = Parameters<typeof requestFor>[0];

const answered = (report: VolumeReport, pid: number): Answered => ({
  report,
  get volume() {
    if (!report.volume) throw new Error(`not examined: ${JSON.stringify(report.source, null, 1)}`);
    return report.volume;
  },
  peakMiB: Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024,
});

/** Asks a volume child inside a machine, and lets it go. @throws when it gives no answer. */
export const askChild = async (machine: Machine, changes?: Changes, places: Places = machine): Promise<Answered> => {
  const child = askVolumeChild(selfIn(machine), requestFor(places, changes));
  const answer = await child.answer;
  if (!answer.ok) throw new Error(`no answer: ${answer.why}`);
  const found = answered(answer.report, child.pid);
  child.letGo();
  await until(() => !existsSync(`/proc/${child.pid}`), { what: "the volume child to end" });
  return found;
};

const lookers = new WeakMap<Machine, Promise<Inside>>();

/** The same by one process for each machine, which saves the start of a child for every look. */
export const ask = async (
  machine: Machine,
  changes?: Changes,
  places: Places = machine,
  times = 1,
): Promise<Answered> => {
  const started = lookers.get(machine) ?? Inside.start(machine);
  lookers.set(machine, started);
  const inside = await started;
  const { look } = inside.module<typeof Look>("../test/volume/look.ts");
  return answered(await look(requestFor(places, changes), times), inside.pid);
};
