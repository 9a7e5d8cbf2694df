import { join } from "node:path";
import { linuxKernel } from "../../../agent/keeper/linux/kernel.ts";
import type { Kernel } from "../../../agent/keeper/port.ts";
import { type Capabilities, detectCapabilities } from "../../../agent/kernel/capabilities.ts";
import { AT_FDCWD, NO_LINKS, O_DIRECTORY, O_PATH, openat2 } from "../../../agent/kernel/open.ts";
import { makeSignal } from "../../../agent/kernel/wait.ts";
import type { Place } from "../harness/place.ts";
import type { Program } from "../harness/program.ts";

/** For scripts that a test runs inside a place: what is too quick to be asked for call by call. */
export const portWithout = (denied: readonly string[]): Kernel => {
  const capabilities = detectCapabilities();
  for (const name of denied) capabilities[name as keyof Capabilities] = false;
  return linuxKernel(makeSignal(), capabilities);
};

export const directoryAt = (path: string): number => openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS);

/** Starts a script of this folder inside a place. */
export const start = (place: Place, script: string, args: readonly string[]): Program =>
  place.run([process.execPath, join(import.meta.dir, script), ...args]);

/** Runs one to its end. */
export const ran = async (place: Place, script: string, args: readonly string[]) => {
  const program = start(place, script, args);
  const { code } = await program.exited;
  return { said: program.said(), code };
};
