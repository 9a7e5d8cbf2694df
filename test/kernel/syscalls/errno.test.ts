import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../harness/program.ts";

const clean = (calls: number) => [
  { calls, wrong: [] },
  { calls, wrong: [] },
];

const verdictsOf = async (argv: string[]): Promise<unknown> => {
  const program = new Program(argv);
  const { code } = await program.exited;
  if (code !== 0) throw new Error(program.said());
  return JSON.parse(program.lines.join("\n"));
};

test("a million failing calls on each of two threads tell their own errno, under allocation and collection", async () => {
  const main = join(import.meta.dir, "stress-main.ts");
  expect(await verdictsOf([process.execPath, main, "1000000", "stress-worker.ts"])).toEqual(clean(1_000_000));
});

test("so they do in a compiled binary", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mooring-stress-"));
  try {
    const program = join(folder, "stress");
    const build = Bun.spawnSync(
      [process.execPath, "build", "--compile", "--minify", "--bytecode", "--format=esm", "--outfile", program].concat(
        ["stress-main.ts", "stress-worker.ts"].map((file) => join(import.meta.dir, file)),
      ),
      { stdout: "pipe", stderr: "pipe" },
    );
    if (build.exitCode !== 0) throw new Error(build.stderr.toString());
    expect(await verdictsOf([program, "300000", "./stress-worker.ts"])).toEqual(clean(300_000));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
