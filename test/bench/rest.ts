/**
 * What the agent costs while nothing happens, and how long it takes to start.
 *
 *     bun test/bench/rest.ts [--seconds 60] [--starts 20]
 */
import { parseArgs } from "node:util";
import { Machine } from "../kernel/harness/machine.ts";
import { agentCommand, contender, isReady } from "./contender.ts";
import { cpuSeconds, mebibytes } from "./cost.ts";
import { figuresOf, tableOf } from "./figures.ts";

interface Cost {
  /** Percent of one core, children included. */
  cpu: number;
  /** The part of it that the children took. */
  cpuOfChildren: number;
  rssMiB: number;
  anonymousMiB: number;
}

/** The agent's cost over a time without events, once its start is behind it; its sizes are those at the end. */
const costAtRest = async (seconds: number): Promise<Cost> => {
  using agent = await contender("agent");
  const { pid } = agent.program;
  await Bun.sleep(5000);
  const [before, begin] = [cpuSeconds(pid), performance.now()];
  await Bun.sleep(seconds * 1000);
  const [after, end] = [cpuSeconds(pid), performance.now()];
  const percent = (part: number) => (100 * 1000 * part) / (end - begin);
  const ofChildren = after.children - before.children;
  return {
    cpu: percent(after.own - before.own + ofChildren),
    cpuOfChildren: percent(ofChildren),
    rssMiB: mebibytes(pid, "Rss"),
    anonymousMiB: mebibytes(pid, "Anonymous"),
  };
};

/** Milliseconds from the agent's first instruction to be run until the target is a mount, and until it says ready. */
const startOnce = async (): Promise<{ mounted: number; ready: number }> => {
  using machine = await Machine.start();
  const { argv, port } = await agentCommand(machine);
  const begin = performance.now();
  const program = machine.run(argv);
  const since = async (what: string, condition: () => boolean | Promise<boolean>) => {
    await program.until(condition, { what, every: 0.2 });
    return performance.now() - begin;
  };
  const [mounted, ready] = await Promise.all([
    since("the target to be mounted", () => machine.mountsAt(machine.target).length > 0),
    since("/readyz to say 200", () => isReady(port)),
  ]);
  return { mounted, ready };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { seconds: { type: "string", default: "60" }, starts: { type: "string", default: "20" } },
  });
  const { cpu, cpuOfChildren, rssMiB, anonymousMiB } = await costAtRest(Number(values.seconds));
  console.log(`\nAt rest for ${values.seconds} s\n`);
  console.log(
    tableOf(
      ["", "value"],
      [
        ["CPU, % of a core", cpu.toFixed(3)],
        ["of it children, % of a core", cpuOfChildren.toFixed(3)],
        ["RSS, MiB", rssMiB.toFixed(1)],
        ["of it anonymous, MiB", anonymousMiB.toFixed(1)],
      ],
    ),
  );

  const starts: { mounted: number; ready: number }[] = [];
  for (let count = 0; count < Number(values.starts); count += 1) starts.push(await startOnce());
  console.log(`\nStart, ${values.starts} times, milliseconds\n`);
  const row = (name: string, times: number[]) => {
    const { p50, max } = figuresOf(times);
    return [name, p50.toFixed(0), max.toFixed(0)];
  };
  console.log(
    tableOf(
      ["until", "p50", "max"],
      [
        row(
          "mounted",
          starts.map(({ mounted }) => mounted),
        ),
        row(
          "ready",
          starts.map(({ ready }) => ready),
        ),
      ],
    ),
  );
};

await main();
