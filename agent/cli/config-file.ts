import { open } from "node:fs/promises";
import type { Config } from "../core/config/config.ts";
import { maximumBytes } from "../core/config/document.ts";
import type { Environment } from "../core/config/environment.ts";
import { type ParsedConfig, parseConfig } from "../core/config/parse.ts";
import type { Problem } from "../core/config/problem.ts";
import type { Context } from "./command.ts";

export const defaultConfigPath = "/etc/mooring/mooring.yaml";

/** A configuration, and where it came from: null when from the environment alone. */
export type LoadedConfig = ParsedConfig & { path: string | null };

/**
 * Reads and checks the configuration. `path` undefined means the default one, which may be absent when MOUNT_PATHS says what
 * to hold; `-` means standard input. A file that cannot be read is a problem like any other: never rejects.
 */
export const loadConfig = async (path: string | undefined, environment: Environment): Promise<LoadedConfig> => {
  const asked = path === "-" ? "standard input" : (path ?? defaultConfigPath);
  const read = await readText(path ?? defaultConfigPath);
  if (read.ok) return { ...parseConfig({ text: read.text, environment }), path: asked };
  if (read.code === "ENOENT" && path === undefined) {
    if (environment.MOUNT_PATHS) return { ...parseConfig({ text: null, environment }), path: null };
    const message = "does not exist; give --config FILE, or MOUNT_PATHS=[source:]target,… in the environment";
    return { ok: false, path: asked, problems: [{ path: asked, message }] };
  }
  return { ok: false, path: asked, problems: [{ path: asked, message: read.message }] };
};

/** One line for each problem, as `mooring check` prints them and logs repeat them. */
export const problemLines = (problems: readonly Problem[], path: string | null): string[] =>
  problems.map((problem) => `${problem.path === "" ? (path ?? "environment") : problem.path}: ${problem.message}`);

/** The configuration that a command was given. Null when it has problems: they are told, and the command ends with a usage error. */
export const loadOrComplain = async (
  path: string | undefined,
  { environment, err }: Pick<Context, "environment" | "err">,
): Promise<{ config: Config; path: string | null } | null> => {
  const loaded = await loadConfig(path, environment);
  if (loaded.ok) return loaded;
  const lines = problemLines(loaded.problems, loaded.path);
  await err(lines.map((line) => `${line}\n`).join(""));
  return null;
};

type Read = { ok: true; text: string } | { ok: false; code: string; message: string };

const readText = async (path: string): Promise<Read> => {
  try {
    const bytes = path === "-" ? await readStandardInput() : await readFile(path);
    if (bytes.length > maximumBytes) {
      return { ok: false, code: "EFBIG", message: `is larger than ${maximumBytes / 1024} KiB; is it the right file?` };
    }
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return {
      ok: false,
      code,
      message: explained[code] ?? `cannot be read: ${error instanceof Error ? error.message : code}`,
    };
  }
};

const explained: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist: a part of its path is no directory",
  EISDIR: "is a directory; want a YAML file",
  EACCES: "may not be read (permission denied)",
  EPERM: "may not be read (operation not permitted)",
  ELOOP: "is a chain of symbolic links without an end",
  ENAMETOOLONG: "has a name that is too long",
  ERR_ENCODING_INVALID_ENCODED_DATA: "is not UTF-8 text; is it a binary file?",
};

/** At most one byte more than is allowed: /dev/zero and a disk image end here too. */
const readFile = async (path: string): Promise<Uint8Array> => {
  const file = await open(path, "r");
  try {
    const buffer = new Uint8Array(maximumBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
};

const readStandardInput = async (): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of Bun.stdin.stream()) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maximumBytes) break;
  }
  return Buffer.concat(chunks);
};
