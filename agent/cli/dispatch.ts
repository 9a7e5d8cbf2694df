import { parseArguments, unknown } from "./arguments.ts";
import { type Context, exitCode, UsageError } from "./command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { explain, overview } from "./help.ts";
import { OutputError } from "./output.ts";

/**
 * Runs the command that `argv` (without the program's name) asks for; resolves to the exit code. What a command throws besides
 * UsageError is a bug and passes through.
 */
export const dispatch = async (
  argv: readonly string[],
  context: Context,
  table: readonly CommandEntry[] = commands,
): Promise<number> => {
  const [first, ...rest] = argv;
  let subject = "mooring";
  try {
    if (first === undefined) {
      await context.err(overview(table));
      return exitCode.usage;
    }
    // `mooring help`, `mooring help check` and `mooring --version` are what people try first.
    if (first === "help" && rest[0] !== undefined) return await dispatch([rest[0], "--help"], context, table);
    if (first === "help" || first === "--help" || first === "-h") {
      await context.out(overview(table));
      return exitCode.ok;
    }
    const name = first === "--version" ? "version" : first;
    const entry = table.find((each) => each.name === name);
    if (entry === undefined) throw new UsageError(unknownCommand(first, table));
    subject = `mooring ${name}`;
    const command = await entry.load();
    const args = parseArguments(command, rest);
    if (args !== "help") return await command.run(args, context);
    await context.out(explain(command));
    return exitCode.ok;
  } catch (error) {
    if (error instanceof UsageError) {
      await context.err(`${subject}: ${error.message}\nTry '${subject} --help'.\n`);
      return exitCode.usage;
    }
    if (error instanceof OutputError) {
      await context.err(`${subject}: ${error.message}\n`);
      return exitCode.failed;
    }
    throw error;
  }
};

const unknownCommand = (word: string, table: readonly CommandEntry[]): string =>
  word.startsWith("-")
    ? unknown("option", word, ["--help", "--version"])
    : unknown("command", word, ["help", ...table.filter(({ hidden }) => !hidden).map((each) => each.name)]);
