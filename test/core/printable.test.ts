import { expect, test } from "bun:test";
import fc from "fast-check";
import { printable, printableJson } from "../../agent/core/printable.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

test("plain text of any script stays as it is", () => {
  for (const text of ["", "/var/lib/mooring/dumps", "naïve Ünïcode Ελλάδα 日本語 🚢", "a b\\c 'd' \"e\" <f>"])
    expect(printable(text)).toBe(text);
});

test("what would be invisible or steer a terminal is escaped", () => {
  expect(printable("a\nb\tc\rd\0")).toBe("a\\nb\\tc\\rd\\u{00}");
  expect(printable("\u001b[2J\u009b31m\u007f")).toBe("\\u{1b}[2J\\u{9b}31m\\u{7f}");
  expect(printable("\u202egnp.exe\u2066\u200b\ufeff\u2028")).toBe(
    "\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{feff}\\u{2028}",
  );
  expect(printable("\udcff\udc80 \ud800 \udbff")).toBe("\\xff\\x80 \\u{d800} \\u{dbff}");
});

test("long text is cut between characters and says so", () => {
  expect(printable("abcdef", 6)).toBe("abcdef");
  expect(printable("abcdefg", 6)).toBe("abcdef…");
  expect(printable("🚢🚢🚢", 3)).toBe("🚢…");
});

test("whatever comes in, nothing unprintable comes out, and a second time changes nothing", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = printable(text, 10_000);
      expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(printable(shown, 100_000)).toBe(shown);
    }),
  );
});

test("JSON keeps its value, loses what is unprintable, and keeps its layout", () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyText), (value) => {
      const json = printableJson(JSON.stringify(value, null, 2));
      expect(JSON.parse(json)).toEqual(value);
      expect(json).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    }),
  );
  expect(printableJson('{\n  "a": 1\n}\n')).toBe('{\n  "a": 1\n}\n');
});
