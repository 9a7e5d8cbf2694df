import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseArguments } from "../../agent/cli/arguments.ts";
import { type Command, UsageError } from "../../agent/cli/command.ts";

const command: Command = {
  name: "try",
  summary: "try it",
  usage: [""],
  description: "Tries it.",
  options: {
    config: { type: "string", short: "c", value: "FILE", help: "a file" },
    json: { type: "boolean", help: "as JSON" },
  },
  operands: "none",
  run: async () => 0,
};
const withPaths: Command = { ...command, operands: { name: "PATH", atLeast: 1 } };

test.each([
  [[], {}],
  [["--config", "a"], { config: "a" }],
  [["--config=a"], { config: "a" }],
  [["-c", "a"], { config: "a" }],
  [["-ca"], { config: "a" }],
  [["--config", "-"], { config: "-" }],
  [["--config=--json"], { config: "--json" }],
  [["--json"], { json: true }],
  [["--json", "--config", "a"], { json: true, config: "a" }],
])("%j is understood", (argv, values) => {
  expect(parseArguments(command, argv)).toEqual({ values, operands: [] });
});

test("operands are kept in order, after -- whatever they look like", () => {
  expect(parseArguments(withPaths, ["/a", "--json", "/b", "--", "--config", "-x"])).toEqual({
    values: { json: true },
    operands: ["/a", "/b", "--config", "-x"],
  });
});

test.each([[["--help"]], [["-h"]], [["--wrong", "--help"]], [["--config", "x", "extra", "-h"]]])(
  "%j asks for help, however wrong the rest",
  (argv) => {
    expect(parseArguments(command, argv)).toBe("help");
  },
);

test.each([
  [["--cofnig", "a"], "unknown option '--cofnig'; did you mean --config?"],
  [["--Config=a"], "unknown option '--Config'; did you mean --config?"],
  [["--nothing-like-it"], "unknown option '--nothing-like-it'"],
  [["-x"], "unknown option '-x'"],
  [["-jx"], "unknown option '-j'"],
  [["--__proto__"], "unknown option '--__proto__'"],
  [["--constructor=1"], "unknown option '--constructor'"],
  [["--no-json"], "unknown option '--no-json'; did you mean --json?"],
  [["--config"], "--config wants a value: --config FILE"],
  [["--config="], "--config wants a value: --config FILE"],
  [["--config", "--json"], "--config wants a value but is followed by '--json'; if that is it: --config=--json"],
  [["--json=yes"], "--json takes no value"],
  [["--json", "--json"], "--json is given twice"],
  [["-c", "a", "--config", "b"], "--config is given twice"],
  [["extra"], "unexpected argument 'extra'"],
  [["--", "--json"], "unexpected argument '--json'"],
  [["\u001b[31m\n"], "unexpected argument '\\u{1b}[31m\\n'"],
])("%j is refused", (argv, message) => {
  expect(() => parseArguments(command, argv)).toThrow(new UsageError(message));
});

test("operands that are wanted are asked for", () => {
  expect(() => parseArguments(withPaths, [])).toThrow(new UsageError("wants at least one PATH"));
  expect(() => parseArguments({ ...withPaths, operands: { name: "PATH", atLeast: 2 } }, ["a"])).toThrow(
    new UsageError("wants at least 2 PATH"),
  );
});

test("any words are arguments, help or a usage error of one line", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("--config", "-c", "--json", "--", "-", "--=", "-="),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      try {
        parseArguments(withPaths, argv);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
    }),
    { numRuns: 1000 },
  );
});
