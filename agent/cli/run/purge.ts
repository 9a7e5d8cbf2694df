import type { Config } from "../../core/config/config.ts";
import { linuxKernel } from "../../keeper/linux/kernel.ts";
import { purgeBareDirectory } from "../../keeper/linux/purge.ts";
import { detectCapabilities } from "../../kernel/capabilities.ts";
import { KernelError } from "../../kernel/error.ts";
import { makeSignal } from "../../kernel/wait.ts";

/** Unlocks the bare directories of released mounts and removes those that are empty; what cannot be removed stays locked. */
export const purgeBareDirectories = ({ mounts }: Config): void => {
  const kernel = linuxKernel(makeSignal(), detectCapabilities());
  for (const { source, target } of mounts) {
    if (source === null) continue;
    try {
      purgeBareDirectory(kernel, target);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  }
};
