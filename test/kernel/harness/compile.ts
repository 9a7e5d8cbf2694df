import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, join } from "node:path";

const cache = join(import.meta.dir, "../../../.cache/test");

/**
 * The program that a C file of the tests makes, compiled once for each state of that file; `-static` for one that runs elsewhere.
 * @throws when there is no C compiler or the file has so much as a warning.
 */
export const compiled = (file: string, ...flags: "-static"[]): string => {
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
  const name = [basename(file, ".c"), hash, ...flags].join("-");
  const program = join(cache, name);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  if (!Bun.which("cc")) throw new Error("The kernel tests need a C compiler: apt-get install gcc libc6-dev");
  const { exitCode, stderr } = Bun.spawnSync(["cc", "-O2", "-Wall", "-Wextra", "-Werror", ...flags, "-o", fresh, file]);
  if (exitCode !== 0) throw new Error(`cc ${file}:\n${stderr.toString()}`);
  renameSync(fresh, program);
  return program;
};
