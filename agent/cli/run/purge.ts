import type { Config } from "../../core/config/config.ts";
import type { TraceBody } from "../../core/trace.ts";
import { explain } from "../../keeper/explain.ts";
import { linuxKernel } from "../../keeper/linux/kernel.ts";
import { purgeBareDirectory } from "../../keeper/linux/purge.ts";
import { detectCapabilities } from "../../kernel/capabilities.ts";
import { KernelError } from "../../kernel/error.ts";
import { makeSignal } from "../../kernel/wait.ts";

/** Unlocks the bare directories of released mounts and removes those that are empty; what cannot be removed stays locked. */
export const purgeBareDirectories = ({ mounts }: Config, tell: (trace: TraceBody) => void): void => {
  const kernel = linuxKernel(makeSignal(), detectCapabilities());
  for (const { name, source, target } of mounts) {
    if (source === null) continue;
    tell({ kind: "purged", mount: name, why: whyItStays(() => purgeBareDirectory(kernel, target)) });
  }
};

const whyItStays = (purge: () => boolean): string | null => {
  try {
    return purge() ? null : "files are in it; move them away, then chattr -i and rmdir";
  } catch (error) {
    if (error instanceof KernelError) return explain(error);
    throw error;
  }
};
