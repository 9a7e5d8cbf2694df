import type { Situation } from "./situations.ts";
import type { Recording } from "./steps.ts";

const who: Readonly<Record<Situation["actor"], string>> = {
  keeper: "the agent",
  child: "the agent and its volume child",
  main: "the command",
};

/** As docs/reliability.md shows it. */
export const tableOf = (
  name: string,
  { actor }: Situation,
  { steps }: Recording,
  rows: readonly { there: string; next: string }[],
): string => {
  const lines = rows.map(({ there, next }, index) => {
    const done = next.split("\n").map((line) => line.replace(/^\S*: /, ""));
    return `| ${index + 1}. ${steps[index]?.name} | ${there} | ${done.join("; ")} |`;
  });
  return [
    "",
    `**${name}**, ${who[actor]} killed before`,
    "",
    "| step | what is there then | the next start |",
    "|---|---|---|",
    ...lines,
    "",
  ].join("\n");
};
