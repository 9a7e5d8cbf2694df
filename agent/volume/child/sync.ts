import { KernelError } from "../../kernel/error.ts";
import { syncfs } from "../../kernel/file.ts";
import { AT_FDCWD, NO_LINKS, O_DIRECTORY, O_PATH, openat2 } from "../../kernel/open.ts";
import { endWithParent } from "../../kernel/process.ts";
import { statx } from "../../kernel/statx.ts";
import { reopen } from "./safe.ts";

const SIGKILL = 9;

/** Writes out what the file system mounted at `target` has in memory; nothing to do where nothing is. May hang. */
export function runSyncChild(target: string): number {
  endWithParent(SIGKILL);
  try {
    const root = openat2(AT_FDCWD, target, O_PATH | O_DIRECTORY, NO_LINKS);
    if (statx(root, "").mountRoot) syncfs(reopen(root), target);
    return 0;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
