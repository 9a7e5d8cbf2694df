/** One option of a command, as parsed and as explained by `--help`. */
export interface Option {
  type: "string" | "boolean";
  short?: string;
  /** What stands for the value in help, e.g. `FILE`; strings only. */
  value?: string;
  help: string;
}
export type Options = Readonly<Record<string, Option>>;

/** What a command was called with. `values` holds only the options that were given; defaults are the command's own. */
export interface Arguments<O extends Options = Options> {
  values: { readonly [K in keyof O]?: { string: string; boolean: boolean }[O[K]["type"]] };
  operands: readonly string[];
}

/** What a command may use of the process it runs in, handed in so that tests can hand in their own. */
export interface Context {
  environment: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output; resolves when written, or when nobody reads it any more. */
  out: (text: string) => Promise<void>;
  /** Writes to standard error; never fails. */
  err: (text: string) => Promise<void>;
}

/** One command of the binary, in one file of agent/cli/, listed in commands.ts. */
export interface Command<O extends Options = Options> {
  name: string;
  /** Half a line, lower case, for the list of commands. */
  summary: string;
  /** One string per form, what follows `mooring <name>`, e.g. `[--config FILE]`. */
  usage: readonly string[];
  /** Full sentences for `--help`, wrapped by hand at 100 columns. */
  description: string;
  options: O;
  /** Whether words that are not options are wanted, and what stands for them in messages. */
  operands: "none" | { name: string; atLeast: number };
  /** Resolves to the exit code. Throws UsageError for what its arguments alone show to be wrong; anything else thrown is a bug. */
  run(args: Arguments<O>, context: Context): Promise<number>;
}

/** Exit codes, part of the public contract. */
export const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** The command line is wrong; the message is told to the user with a pointer to `--help`, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
