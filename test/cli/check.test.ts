import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../../agent/cli/check.ts";
import { defaultConfigPath, loadConfig } from "../../agent/cli/config-file.ts";
import { maximumBytes } from "../../agent/core/config/document.ts";
import { fakeContext } from "./fake-context.ts";
import { asAnother, mooring } from "./mooring.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-check-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const right = "mounts: [{name: a, source: /s, target: /t}]\n";

const run = async (config: string | undefined, environment: Record<string, string> = {}) => {
  const context = fakeContext(environment);
  const code = await check.run({ values: config === undefined ? {} : { config }, operands: [] }, context);
  return { code, out: context.printed, err: context.complained };
};

test("a right file is printed as it is understood, and that can be checked again", async () => {
  const first = await run(file("right.yaml", right));
  expect([first.code, first.err]).toEqual([0, ""]);
  expect(first.out).toStartWith("mounts:\n  - name: a\n    source: /s\n");
  expect(await run(file("printed.yaml", first.out))).toEqual(first);
});

test("the environment wins, and is enough alone where there is no file at the usual place", async () => {
  expect((await run(file("right.yaml", right), { MOUNT_PATHS: "/x:/data" })).out).toStartWith(
    "mounts:\n  - name: data\n",
  );
  expect(await Bun.file(defaultConfigPath).exists()).toBe(false);
  expect((await run(undefined, { MOUNT_PATHS: "/x:/data" })).out).toStartWith("mounts:\n  - name: data\n");
  expect(await loadConfig(undefined, { MOUNT_PATHS: "/x:/data" })).toMatchObject({ ok: true, path: null });
  expect(await run(undefined, { MOUNT_PATHS: "x" })).toEqual({
    code: 2,
    out: "",
    err: 'MOUNT_PATHS[0]: "x" is not absolute; want an absolute path such as /volumes/dumps\n',
  });
});

test("neither file nor MOUNT_PATHS", async () => {
  expect(await run(undefined)).toEqual({
    code: 2,
    out: "",
    err: `${defaultConfigPath}: does not exist; give --config FILE, or MOUNT_PATHS=[source:]target,… in the environment\n`,
  });
});

test("a file that was asked for must be there, whatever the environment says", async () => {
  const path = join(folder, "missing.yaml");
  expect(await run(path, { MOUNT_PATHS: "/x:/data" })).toEqual({ code: 2, out: "", err: `${path}: does not exist\n` });
});

test("each thing that is no readable file is told in one line", async () => {
  const looped = join(folder, "loop");
  symlinkSync(looped, looped);
  mkdirSync(join(folder, "directory"));
  const cases: [path: string, message: string][] = [
    [join(folder, "directory"), "is a directory; want a YAML file"],
    [join(file("plain", "x"), "below"), "does not exist: a part of its path is no directory"],
    [looped, "is a chain of symbolic links without an end"],
    [join(folder, "x".repeat(300)), "has a name that is too long"],
    ["/dev/zero", "is larger than 256 KiB; is it the right file?"],
    [file("large", "#".repeat(maximumBytes + 1)), "is larger than 256 KiB; is it the right file?"],
    [file("binary", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe)), "is not UTF-8 text; is it a binary file?"],
    [file("utf16", Buffer.from(right, "utf16le")), "holds a NUL character: want YAML as text"],
  ];
  for (const [path, message] of cases)
    expect(await run(path)).toEqual({ code: 2, out: "", err: `${path}: ${message}\n` });
});

test("a file that may not be read is told as such", async () => {
  const path = file("secret.yaml", right);
  chmodSync(path, 0);
  // Root may read everything, nobody may not read this.
  const nobody = process.getuid?.() === 0 ? { program: asAnother(65534, folder) } : {};
  expect(await mooring(["check", "--config", path], nobody)).toEqual({
    code: 2,
    out: "",
    err: `${path}: may not be read (permission denied)\n`,
  });
});

test("the largest file that is allowed is read", async () => {
  expect((await run(file("largest", `${right}#${"x".repeat(maximumBytes - right.length - 1)}`))).code).toBe(0);
});

test("a byte order mark and a pipe are no hindrance", async () => {
  expect((await run(file("bom", `\ufeff${right}`))).code).toBe(0);
  expect(await mooring(["check", "--config", "/dev/stdin"], { input: right })).toMatchObject({ code: 0, err: "" });
  expect(await mooring(["check", "-c", "-"], { input: right })).toMatchObject({ code: 0, err: "" });
});

test("standard input is bounded and named", async () => {
  expect(await mooring(["check", "-c", "-"], { input: "#".repeat(2_000_000) })).toEqual({
    code: 2,
    out: "",
    err: "standard input: is larger than 256 KiB; is it the right file?\n",
  });
  expect(await mooring(["check", "-c", "-"], { input: Uint8Array.of(0xff) })).toEqual({
    code: 2,
    out: "",
    err: "standard input: is not UTF-8 text; is it a binary file?\n",
  });
});
