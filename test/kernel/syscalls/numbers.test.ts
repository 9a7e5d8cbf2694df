import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { errnoName } from "../../../agent/kernel/errno.ts";
import { type SyscallName, tables } from "../../../agent/kernel/numbers.ts";
import { definedIn } from "./headers.ts";

/** Newer than some distributions' headers. The same on every architecture: include/uapi/asm-generic/unistd.h */
const newer: Partial<Record<SyscallName, number>> = { mount_setattr: 442, statmount: 457, listmount: 458 };

describe.each([
  ["x64", definedIn("asm/unistd_64.h")],
  // arch/arm64/include/uapi/asm/unistd.h is this and nothing more.
  [
    "arm64",
    definedIn(
      "asm-generic/unistd.h",
      "-D__BITS_PER_LONG=64",
      "-D__ARCH_WANT_RENAMEAT",
      "-D__ARCH_WANT_NEW_STAT",
      "-D__ARCH_WANT_SET_GET_RLIMIT",
    ),
  ],
] as const)("the numbers of %s", (architecture, header) => {
  const names = Object.keys(tables[architecture]) as SyscallName[];

  test.each(names)("%s is the kernel's", (name) => {
    const known = header.get(`__NR_${name}`);
    if (newer[name] !== undefined) expect(known ?? newer[name]).toBe(newer[name]);
    expect(tables[architecture][name]).toBe(known ?? newer[name] ?? Number.NaN);
  });
});

describe("errno", () => {
  const header = definedIn("errno.h");
  const aliases = new Set(["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP"]);
  const known = [...header].filter(([name]) => /^E[A-Z0-9]+$/.test(name) && !aliases.has(name));

  test("has the kernel's names, and says the number where it has none", () => {
    expect(known.length).toBeGreaterThan(100);
    for (const [name, number] of known) expect([name, `E${number}`]).toContain(errnoName(number));
    expect(errnoName(4095)).toBe("E4095");
  });

  test("names all that this program tells apart", async () => {
    const sources = new Bun.Glob("{kernel,keeper,volume}/**/*.ts").scanSync({
      cwd: join(import.meta.dir, "../../../agent"),
      absolute: true,
    });
    const words = new Set<string>();
    for (const file of sources)
      for (const [, word = ""] of (await Bun.file(file).text()).matchAll(/"(E[A-Z0-9]{2,})"/g)) words.add(word);
    const told = [...words].filter((word) => header.has(word) && !aliases.has(word));
    expect(told.length).toBeGreaterThan(20);
    expect(told.filter((word) => errnoName(header.get(word) ?? 0) !== word)).toEqual([]);
  });
});

describe("the open flags", () => {
  const flagsOn = (architecture: string): Record<string, number> => {
    const open = join(import.meta.dir, "../../../agent/kernel/open.ts");
    const script = `Object.defineProperty(process, "arch", { value: ${JSON.stringify(architecture)} });
      const { O_DIRECTORY, O_NOFOLLOW, O_PATH, O_CLOEXEC } = await import(${JSON.stringify(open)});
      console.log(JSON.stringify({ O_DIRECTORY, O_NOFOLLOW, O_PATH, O_CLOEXEC }))`;
    const run = Bun.spawnSync([process.execPath, "-e", script]);
    return JSON.parse(run.stdout.toString()) as Record<string, number>;
  };

  test("of x64 are those of the C library", () => {
    const header = definedIn("fcntl.h", "-D_GNU_SOURCE");
    const expected = (name: string): number => header.get(name) ?? header.get(`__${name}`) ?? Number.NaN;
    for (const [name, flag] of Object.entries(flagsOn("x64"))) expect([name, flag]).toEqual([name, expected(name)]);
  });

  test("of arm64 are those of its fcntl.h, where two have each other's neighbours", () => {
    // arch/arm64/include/uapi/asm/fcntl.h; the rest is include/uapi/asm-generic/fcntl.h
    expect(flagsOn("arm64")).toEqual({
      O_DIRECTORY: 0o40000,
      O_NOFOLLOW: 0o100000,
      O_PATH: 0o10000000,
      O_CLOEXEC: 0o2000000,
    });
  });
});
