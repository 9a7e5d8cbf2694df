import { parseArgs } from "node:util";
import { nearest } from "../core/config/nearest.ts";
import { printable } from "../core/printable.ts";
import { type Arguments, type Command, type Option, UsageError } from "./command.ts";

/**
 * Reads what follows the command's name. `"help"` when help is asked for, however wrong the rest is. Throws UsageError that
 * names the argument and, where one is close, the option that was meant.
 */
export const parseArguments = (command: Command, argv: readonly string[]): Arguments | "help" => {
  const known: Record<string, Option> = { ...command.options, help };
  // strict would throw at the first fault with Node's wording; the tokens let us say it in ours.
  const { tokens, positionals } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return "help";

  const values: Record<string, string | boolean> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) throw new UsageError(unknown("option", rawName, optionNames(known)));
    if (Object.hasOwn(values, name)) throw new UsageError(`${rawName} is given twice`);
    if (option.type === "boolean") {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
      values[name] = true;
      continue;
    }
    if (value === undefined || value === "")
      throw new UsageError(`${rawName} wants a value: ${rawName} ${option.value}`);
    if (inlineValue === false && value.startsWith("-") && value !== "-") {
      const given = shown(value);
      throw new UsageError(
        `${rawName} wants a value but is followed by '${given}'; if that is it: ${rawName}=${given}`,
      );
    }
    values[name] = value;
  }
  checkOperands(command, positionals);
  return { values, operands: positionals };
};

/** Every command has it. */
export const help: Option = { type: "boolean", short: "h", help: "show this text" };

/** `unknown option '--cofnig'; did you mean --config?` */
export const unknown = (what: string, word: string, candidates: readonly string[]): string => {
  const meant = nearest(word, candidates);
  return `unknown ${what} '${shown(word)}'${meant === null ? "" : `; did you mean ${meant}?`}`;
};

const optionNames = (options: Record<string, Option>): string[] => Object.keys(options).map((name) => `--${name}`);

/** Words of others go to a terminal. */
const shown = (word: string): string => printable(word, 80);

const checkOperands = ({ operands }: Command, given: readonly string[]): void => {
  if (operands === "none") {
    if (given[0] !== undefined) throw new UsageError(`unexpected argument '${shown(given[0])}'`);
  } else if (given.length < operands.atLeast) {
    throw new UsageError(`wants at least ${operands.atLeast === 1 ? "one" : operands.atLeast} ${operands.name}`);
  }
};
