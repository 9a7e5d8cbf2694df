import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { elfOf } from "../../ci/image.d/elf.ts";
import { architecture, libraryFolder, loader, program } from "./debian-folder.ts";

const sound = readFileSync(program);

test("a program's loader and libraries are what the loader itself lists", () => {
  const elf = elfOf(program, sound);
  expect(elf.machine).toBe(architecture);
  expect(elf.interpreter).toEndWith(`/${loader}`);
  // The loader lists what it maps: NEEDED of the program, of its libraries, itself and the kernel's page.
  const listed = Bun.spawnSync([elf.interpreter ?? "", "--list", program]).stdout.toString();
  expect(elf.needed.length).toBeGreaterThan(0);
  for (const name of elf.needed) expect(listed).toContain(name);
});

test("a library has no loader", () => {
  const libc = join("/", libraryFolder, "libm.so.6");
  expect(elfOf(libc, readFileSync(libc))).toMatchObject({ machine: architecture, interpreter: null });
});

test("the Bun executable that compiled programs are made of links against libc alone", () => {
  const { needed } = elfOf("bun", readFileSync(process.execPath));
  expect(needed.filter((name) => name !== loader).sort()).toEqual([
    "libc.so.6",
    "libdl.so.2",
    "libm.so.6",
    "libpthread.so.0",
  ]);
});

const changed = (at: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(sound);
  bytes[at] = value;
  return bytes;
};

test.each([
  ["nothing", new Uint8Array(), "x is no 64-bit little-endian ELF file"],
  ["text", new TextEncoder().encode("#!/bin/sh\n"), "x is no 64-bit little-endian ELF file"],
  ["32 bits", changed(4, 1), "x is no 64-bit little-endian ELF file"],
  ["big-endian", changed(5, 2), "x is no 64-bit little-endian ELF file"],
  ["another machine", changed(18, 243), "x is for machine 243 of elf.h, not for amd64 or arm64"],
  ["the first 100 bytes", sound.subarray(0, 100), "x: its ELF headers point outside the file"],
  ["headers far away", changed(39, 0x7f), "x: its ELF headers point outside the file"],
])("%s is refused with the path", (_, bytes, message) => {
  expect(() => elfOf("x", bytes)).toThrow(message);
});

test("whatever is overwritten in the headers, it reads or says what is wrong, soon", () => {
  const headers = fc.array(fc.record({ at: fc.nat({ max: 1023 }), value: fc.nat({ max: 255 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(headers, fc.nat({ max: sound.length }), (changes, length) => {
      const bytes = new Uint8Array(sound.subarray(0, length));
      for (const { at, value } of changes) bytes[at] = value;
      try {
        elfOf("x", bytes);
      } catch (error) {
        expect(String(error)).toStartWith("Error: x");
      }
    }),
    { numRuns: 2000 },
  );
});
