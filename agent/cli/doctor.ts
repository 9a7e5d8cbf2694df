import { diagnose, verdictOf } from "../core/doctor/diagnosis.ts";
import { printable, printableJson } from "../core/printable.ts";
import { count } from "../core/say.ts";
import { type Command, exitCode, UsageError } from "./command.ts";
import { defaultConfigPath, loadOrComplain } from "./config-file.ts";
import { type Observers, observersIn } from "./doctor/observers.ts";
import { renderDiagnosis } from "./doctor/render.ts";
import { lookOf } from "./look.ts";

const options = {
  config: { type: "string", short: "c", value: "FILE", help: `read this file\n(default ${defaultConfigPath})` },
  proc: { type: "string", value: "PATH", help: "who sees what, by this /proc, e.g. the host's\n(default /proc)" },
  json: { type: "boolean", help: "print everything as JSON" },
} as const;

export const doctor: Command<typeof options> = {
  name: "doctor",
  summary: "examine this node: propagation, stacks, stale binds, orphans, who sees what",
  usage: ["[--json] [--config FILE] [--proc PATH]"],
  description: `Looks at every target of the configuration, at the directory under it, at mounts of Mooring that no
configuration names, and at the mount table of every process in sight: who sees the volume, another one or the
bare directory. Changes nothing, touches no volume, and needs no running agent. Root sees the bare directories.

In a container only its own processes are in sight: run it with hostPID: true, or give --proc the host's.
It says what it could not see.

Exit codes: 0 nothing is wrong, 1 there are findings, 2 usage or configuration.`,
  options,
  operands: "none",
  run: async ({ values }, context) => {
    const loaded = await loadOrComplain(values.config, context);
    if (!loaded) return exitCode.usage;
    const { environment, out } = context;
    const proc = values.proc ?? "/proc";
    const seen = await observersIn(proc).catch((error: unknown) => {
      throw new UsageError(
        `--proc ${printable(proc)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    const { survey } = await import("../keeper/survey.ts");
    const { sites, orphans } = survey(loaded.config);
    const diagnosis = diagnose(sites, orphans, seen.observers);
    const limits = [
      ...limitsOf(seen, proc),
      ...sites.flatMap(({ mount, unseen }) =>
        unseen === null ? [] : [`the directory under ${mount.target} could not be looked at: ${unseen}`],
      ),
    ];
    if (values.json) await out(`${printableJson(JSON.stringify({ ...diagnosis, limits }, null, 2))}\n`);
    else {
      const notes = limits.map((limit) => `not seen: ${printable(limit)}\n`).join("");
      await out(
        `${renderDiagnosis(diagnosis, lookOf(process.stdout, environment))}${notes}${verdictOf(diagnosis, seen.observers.length)}\n`,
      );
    }
    return diagnosis.findings.length === 0 ? exitCode.ok : exitCode.failed;
  },
};

const limitsOf = ({ complete, refused, processes }: Observers, proc: string): string[] => [
  ...(complete
    ? []
    : [
        `processes outside of this PID namespace (${count(processes, "process", "processes")} in ${proc}): run it with hostPID: true, or give --proc the host's /proc`,
      ]),
  ...(refused === 0
    ? []
    : [`${count(refused, "process", "processes")} that this user may not look at: run it as root`]),
];
