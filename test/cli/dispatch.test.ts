import { expect, test } from "bun:test";
import { type Command, UsageError } from "../../agent/cli/command.ts";
import type { CommandEntry } from "../../agent/cli/commands.ts";
import { dispatch } from "../../agent/cli/dispatch.ts";
import { OutputError } from "../../agent/cli/output.ts";
import { fakeContext } from "./fake-context.ts";

const command = (name: string, run: Command["run"]): Command => ({
  name,
  summary: `does ${name}`,
  usage: ["[--loud]"],
  description: `Does ${name}.`,
  options: { loud: { type: "boolean", help: "say so" } },
  operands: "none",
  run,
});

const entry = (name: string, run: Command["run"], hidden = false): CommandEntry => ({
  name,
  summary: `does ${name}`,
  ...(hidden ? { hidden: true } : {}),
  load: async () => command(name, run),
});

const table: CommandEntry[] = [
  entry("mend", async ({ values }, { out }) => {
    await out(values.loud ? "MENDED\n" : "mended\n");
    return 0;
  }),
  entry("fail", async () => 1),
  entry("refuse", async () => {
    throw new UsageError("wants more care");
  }),
  entry("full", async () => {
    throw new OutputError("cannot write: ENOSPC");
  }),
  entry("broken", async () => {
    throw new TypeError("a bug");
  }),
  entry("backstage", async () => 0, true),
  entry("version", async (_, { out }) => {
    await out("1.2.3\n");
    return 0;
  }),
];

const run = async (...argv: string[]) => {
  const context = fakeContext();
  const code = await dispatch(argv, context, table);
  return { code, out: context.printed, err: context.complained };
};

test("a command is run with its arguments, its number is the exit code", async () => {
  expect(await run("mend")).toEqual({ code: 0, out: "mended\n", err: "" });
  expect(await run("mend", "--loud")).toEqual({ code: 0, out: "MENDED\n", err: "" });
  expect(await run("fail")).toEqual({ code: 1, out: "", err: "" });
  expect(await run("backstage")).toEqual({ code: 0, out: "", err: "" });
});

test("without a command the help goes to standard error, and that is a mistake", async () => {
  const { code, out, err } = await run();
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("Usage:\n  mooring COMMAND");
});

test.each([["--help"], ["-h"], ["help"]])("%s lists the commands that are for people", async (word) => {
  const { code, out, err } = await run(word);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain("  mend     does mend\n");
  expect(out).not.toContain("backstage");
});

test.each([[["mend", "--help"]], [["mend", "-h"]], [["help", "mend"]]])("%j explains the command", async (argv) => {
  const { code, out, err } = await run(...argv);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(
    "Does mend.\n\nUsage:\n  mooring mend [--loud]\n\nOptions:\n      --loud  say so\n  -h, --help  show this text\n",
  );
});

test("--version is the version command", async () => {
  expect(await run("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
});

test.each([
  [["mned"], "mooring: unknown command 'mned'; did you mean mend?\nTry 'mooring --help'.\n"],
  [["hlep"], "mooring: unknown command 'hlep'; did you mean help?\nTry 'mooring --help'.\n"],
  [["help", "mned"], "mooring: unknown command 'mned'; did you mean mend?\nTry 'mooring --help'.\n"],
  [["backstag"], "mooring: unknown command 'backstag'\nTry 'mooring --help'.\n"],
  [["--verison"], "mooring: unknown option '--verison'; did you mean --version?\nTry 'mooring --help'.\n"],
  [["__proto__"], "mooring: unknown command '__proto__'\nTry 'mooring --help'.\n"],
  [[""], "mooring: unknown command ''\nTry 'mooring --help'.\n"],
  [["mend", "--lowd"], "mooring mend: unknown option '--lowd'; did you mean --loud?\nTry 'mooring mend --help'.\n"],
  [["refuse"], "mooring refuse: wants more care\nTry 'mooring refuse --help'.\n"],
])("%j is a usage error", async (argv, err) => {
  expect(await run(...argv)).toEqual({ code: 2, out: "", err });
});

test("output that cannot be written is a failure, told in one line", async () => {
  expect(await run("full")).toEqual({ code: 1, out: "", err: "mooring full: cannot write: ENOSPC\n" });
});

test("anything else that is thrown is a bug and passes through", () => {
  expect(run("broken")).rejects.toThrow(new TypeError("a bug"));
});
