import type { Situation } from "./situations.ts";
import type { Recording } from "./steps.ts";

const who: Readonly<Record<Situation["actor"], string>> = {
  keeper: "the agent",
  child: "the agent and its volume child",
  main: "the command",
};

/** As docs/crash-table.md shows it: steps before which the same is there, and leads to the same, share a row. */
export const tableOf = (
  name: string,
  { actor }: Situation,
  { steps }: Recording,
  rows: readonly { there: string; next: string }[],
): string => {
  const found = rows.map(({ there, next }) => {
    const done = next.split("\n").map((line) => line.replace(/^\S*: /, ""));
    return `${there} | ${done.join("; ")}`;
  });
  const lines = found.flatMap((cells, index) => {
    if (found[index - 1] === cells) return [];
    const next = found.findIndex((other, at) => at > index && other !== cells);
    const last = next < 0 ? found.length : next;
    const calls = steps.slice(index, last).map(({ name: call }) => call);
    return [`| ${index + 1}${last > index + 1 ? `-${last}` : ""} | ${calls.join(", ")} | ${cells} |`];
  });
  return [
    "",
    `**${name}**, ${who[actor]} killed before`,
    "",
    "| | step | what is there then | the next start |",
    "|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
};
