import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "./run.ts";

const repository = new URL("../../..", import.meta.url).pathname;
const folder = "charts/mooring";

/**
 * The chart before its last change, in a directory of its own: the newest committed one that differs from what is checked out.
 * @throws in a checkout without history.
 */
export const previousChart = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const git = (...argv: string[]): string[] => ["git", "-C", repository, ...argv];
  const commits = (await run(git("log", "--format=%H", "--", folder))).split("\n");
  for (const commit of commits) {
    const { code } = await tryRun(git("diff", "--quiet", commit, "--", folder));
    if (code === 0) continue;
    const scratch = await mkdtemp(join(tmpdir(), "mooring-previous-chart-"));
    const remove = (): Promise<void> => rm(scratch, { recursive: true, force: true });
    await run([
      "bash",
      "-c",
      'git -C "$1" archive "$2" "$3" | tar -x -C "$4"',
      "bash",
      repository,
      commit,
      folder,
      scratch,
    ]);
    return { path: join(scratch, folder), remove };
  }
  throw new Error("git knows no earlier chart; fetch the history (git fetch --unshallow)");
};
