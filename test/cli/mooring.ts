import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { releaseBuild } from "../kernel/harness/agent.ts";

export interface Ended {
  code: number;
  out: string;
  err: string;
}

export const main = fileURLToPath(new URL("../../agent/main.ts", import.meta.url));

export interface Surroundings {
  environment?: Record<string, string>;
  input?: string | Uint8Array;
  /** The command that is `mooring`: by default its sources. */
  program?: readonly string[];
}

/** `mooring` as another user, who may be unable to reach the checkout: a copy of the binary, in a folder opened to all. */
export const asAnother = (uid: number, folder: string): string[] => {
  const binary = join(folder, "mooring");
  chmodSync(folder, 0o755);
  copyFileSync(releaseBuild, binary);
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", binary];
};

/** Runs the real entry point as a process of its own, with nothing of this process's environment. */
export const mooring = async (
  argv: readonly string[],
  { environment = {}, input = "", program = [process.execPath, main] }: Surroundings = {},
): Promise<Ended> => {
  const child = Bun.spawn([...program, ...argv], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: "/usr/bin:/bin", ...environment },
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
};
