import { figuresOf, tableOf } from "../bench/figures.ts";
import type { CrowdedMinute } from "./crowded-minute.ts";
import type { Played, Results } from "./results.ts";
import type { Walked } from "./walk/walk.ts";

const MAX_GROWTH_MIB = 5;

/** The report as text, and what is off: nothing when all is well. */
export function report(results: Results): { text: string; faults: string[] } {
  const { scenarios, walks, crowded, leftOutside } = results;
  const parts = [
    scenarios.size > 0 ? scenarioTable(scenarios) : "",
    walks.length > 0 ? walkTables(walks) : "",
    crowded ? crowdedTable(crowded) : "",
    `Mounts left outside of their machines: ${leftOutside}`,
  ];
  return { text: parts.filter((part) => part !== "").join("\n\n"), faults: faultsOf(results) };
}

function faultsOf({ scenarios, walks, walksFailed, leftOutside }: Results): string[] {
  const all = [...scenarios.values()];
  const sum = (of: (played: Played) => number) => all.reduce((total, played) => total + of(played), 0);
  const failed = sum((played) => played.failed) + walksFailed;
  const lost = sum((played) => played.lostBytes) + walks.reduce((total, { lostBytes }) => total + lostBytes, 0);
  const touched = [...all, ...walks].flatMap(({ foreignTouched }) => foreignTouched);
  const extra = sum((played) => Math.abs(played.extraMounts));
  const moved = walks.filter(({ mounts }) => mounts.before !== mounts.after).length;
  const grown = walks.flatMap(({ agent }) => (agent ? [agent.after.rssMiB - agent.before.rssMiB] : []));
  const opened = walks.flatMap(({ agent }) => (agent ? [agent.after.descriptors - agent.before.descriptors] : []));
  const checks: [isOff: boolean, what: string][] = [
    [failed > 0, `${failed} plays or walks failed`],
    [lost > 0, `${lost} bytes lost`],
    [touched.length > 0, `foreign mounts touched: ${touched.join("; ")}`],
    [extra + moved > 0, `the mounts of ${extra + moved} machines are not as many as before`],
    [leftOutside > 0, `${leftOutside} mounts are left on this computer`],
    [grown.some((mebibytes) => mebibytes >= MAX_GROWTH_MIB), `the agent grew by ${MAX_GROWTH_MIB} MiB or more`],
    [opened.some((count) => count !== 0), "the agent holds more or fewer descriptors than before"],
  ];
  return checks.filter(([isOff]) => isOff).map(([, what]) => what);
}

function scenarioTable(scenarios: Results["scenarios"]): string {
  const rows = [...scenarios].map(([name, { plays, failed, heals, lostBytes, foreignTouched, extraMounts }]) => [
    name,
    ...[plays, failed, heals.length].map(String),
    ...healTimes(heals),
    ...[lostBytes, foreignTouched.length, extraMounts].map(String),
  ]);
  const head = [
    "scenario",
    "plays",
    "failed",
    "heals",
    "p50 ms",
    "p99 ms",
    "lost bytes",
    "foreign touched",
    "extra mounts",
  ];
  const counted = [...scenarios].flatMap(([name, { counts }]) =>
    Object.entries(counts).map(([what, count]) => `${name}: ${count} ${what}`),
  );
  return [tableOf(head, rows), ...counted].join("\n");
}

function walkTables(walks: readonly Walked[]): string {
  const kinds = new Map<string, number>();
  for (const { faults } of walks)
    for (const [name, count] of Object.entries(faults)) kinds.set(name, (kinds.get(name) ?? 0) + count);
  const byKind = [...kinds].toSorted(([, a], [, b]) => b - a).map(([name, count]) => [name, String(count)]);
  const total = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const heals = walks.flatMap((walked) => walked.heals);
  const [p50, p99] = healTimes(heals);
  const each = (of: (walked: Walked) => string | number) => walks.map(of).join(", ");
  const facts = [
    ["faults", String(total)],
    ["heals", String(heals.length)],
    ["heal p50, ms", p50],
    ["heal p99, ms", p99],
    ["agents ended by a fault point", String(walks.reduce((sum, { deaths }) => sum + deaths, 0))],
    ["lost bytes", String(walks.reduce((sum, { lostBytes }) => sum + lostBytes, 0))],
    ["foreign mounts touched", String(walks.reduce((sum, { foreignTouched }) => sum + foreignTouched.length, 0))],
    ["mounts before, by walk", each(({ mounts }) => mounts.before)],
    ["mounts after, by walk", each(({ mounts }) => mounts.after)],
    ...walks.flatMap(({ agent }) =>
      agent
        ? [
            ["RSS of the agent that was never restarted, MiB before", agent.before.rssMiB.toFixed(1)],
            ["and after", agent.after.rssMiB.toFixed(1)],
            ["its open descriptors before", String(agent.before.descriptors)],
            ["and after", String(agent.after.descriptors)],
          ]
        : [],
    ),
  ];
  return [tableOf(["fault", "times"], byKind), tableOf(["walk", "value"], facts)].join("\n\n");
}

function crowdedTable({ events, cpu, rssMiB, heals }: CrowdedMinute): string {
  const { alone, crowded } = heals;
  return tableOf(
    ["beside ten thousand mounts", "value"],
    [
      ["mount events beside", String(events)],
      ["CPU, % of a core (scenario 15 wants less than 2)", cpu.toFixed(2)],
      ["RSS before, MiB", rssMiB.before.toFixed(1)],
      ["RSS after, MiB", rssMiB.after.toFixed(1)],
      ["heal p50 and p99, ms", `${crowded.p50.toFixed(3)} and ${crowded.p99.toFixed(3)}`],
      ["on a machine of few mounts, ms", `${alone.p50.toFixed(3)} and ${alone.p99.toFixed(3)}`],
    ],
  );
}

function healTimes(heals: readonly number[]): [p50: string, p99: string] {
  if (heals.length === 0) return ["", ""];
  const { p50, p99 } = figuresOf(heals);
  return [p50.toFixed(3), p99.toFixed(3)];
}
