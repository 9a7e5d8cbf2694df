import { expect, test } from "bun:test";
import { commands } from "../../agent/cli/commands.ts";
import { explain, overview } from "../../agent/cli/help.ts";

const loaded = await Promise.all(commands.map(async (entry) => ({ entry, command: await entry.load() })));

test("the list says of each command what the command says of itself", () => {
  for (const { entry, command } of loaded) {
    expect([command.name, command.summary]).toEqual([entry.name, entry.summary]);
  }
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
});

test("the overview names every command that is for people, and fits a terminal", () => {
  const text = overview(commands);
  const width = Math.max(...commands.filter(({ hidden }) => !hidden).map(({ name }) => name.length));
  for (const { name, summary, hidden } of commands)
    expect(text.includes(`  ${name.padEnd(width)}  ${summary}\n`)).toBe(!hidden);
  expect(widest(text)).toBeLessThanOrEqual(120);
  expect(text).toContain("Exit codes: 0 ok, 1 unhealthy or failed, 2 wrong usage or configuration.");
});

test.each(loaded.map(({ command }) => [command.name, command] as const))(
  "%s --help explains every option",
  (_, command) => {
    const text = explain(command);
    expect(text).toContain(`\nUsage:\n  mooring ${command.name}`);
    for (const [name, option] of Object.entries(command.options)) {
      expect(text).toContain(option.type === "string" ? `--${name} ${option.value}` : `--${name}`);
      expect(option.help.length).toBeGreaterThan(5);
      if (option.type === "string") expect(option.value).toMatch(/^[A-Z]+$/);
    }
    expect(text).toContain("-h, --help");
    expect(text).not.toMatch(/undefined|\t| \n/);
    expect(widest(text)).toBeLessThanOrEqual(120);
  },
);

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));
