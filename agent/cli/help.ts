import { help } from "./arguments.ts";
import type { Command } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

/** What `mooring --help` prints. */
export const overview = (commands: readonly CommandEntry[]): string => {
  const rows = commands.filter(({ hidden }) => !hidden).map(({ name, summary }): Row => [name, summary]);
  return `Mooring keeps storage moored to a Kubernetes node: it bind-mounts a volume onto a path of the node,
watches that mount and puts it back when it is lost or wrong.

Usage:
  mooring COMMAND [options]

Commands:
${table(rows)}

Options:
${table([
  ["-h, --help", "show this text, or that of a command: mooring COMMAND --help"],
  ["    --version", "print the version"],
])}

Exit codes: 0 ok, 1 unhealthy or failed, 2 wrong usage or configuration.
`;
};

/** What `mooring <command> --help` prints. */
export const explain = (command: Command): string => {
  const options = Object.entries({ ...command.options, help }).map(([name, option]): Row => {
    const short = option.short === undefined ? "   " : `-${option.short},`;
    return [`${short} --${name}${option.type === "string" ? ` ${option.value}` : ""}`, option.help];
  });
  return `${command.description.trim()}

Usage:
${command.usage.map((form) => `  mooring ${command.name} ${form}`.trimEnd()).join("\n")}

Options:
${table(options)}
`;
};

type Row = readonly [left: string, right: string];

/** Two columns; further lines of the right one stay in it. */
const table = (rows: readonly Row[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  const indent = " ".repeat(width + 4);
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll("\n", `\n${indent}`)}`).join("\n");
};
