import { parseArguments, unknown } from "./arguments.ts";
import { type Context, exitCode, UsageError } from "./command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { explain, overview } from "./help.ts";

/** Runs the command that `argv` (without the program's name) asks for; resolves to the exit code. */
export const dispatch = async (
  argv: readonly string[],
  context: Context,
  table: readonly CommandEntry[] = commands,
): Promise<number> => {
  const [first, ...rest] = argv;
  if (first === undefined) {
    await context.err(overview(table));
    return exitCode.usage;
  }
  // `mooring help`, `mooring help check` and `mooring --version` are what people try first.
  if (first === "help" && rest[0] !== undefined) return dispatch([rest[0], "--help"], context, table);
  if (first === "help" || first === "--help" || first === "-h") {
    await context.out(overview(table));
    return exitCode.ok;
  }
  const name = first === "--version" ? "version" : first;
  try {
    const entry = table.find((each) => each.name === name);
    if (entry === undefined) throw new UsageError(unknownCommand(first, table));
    const command = await entry.load();
    const args = parseArguments(command, rest);
    if (args !== "help") return await command.run(args, context);
    await context.out(explain(command));
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const subject = table.some((each) => each.name === name) ? `mooring ${name}` : "mooring";
    await context.err(`${subject}: ${error.message}\nTry '${subject} --help'.\n`);
    return exitCode.usage;
  }
};

const unknownCommand = (word: string, table: readonly CommandEntry[]): string =>
  word.startsWith("-")
    ? unknown("option", word, ["--help", "--version"])
    : unknown("command", word, ["help", ...table.filter(({ hidden }) => !hidden).map((each) => each.name)]);
