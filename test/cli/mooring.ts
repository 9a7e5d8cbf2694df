import { fileURLToPath } from "node:url";

export interface Ended {
  code: number;
  out: string;
  err: string;
}

export const main = fileURLToPath(new URL("../../agent/main.ts", import.meta.url));

export interface Surroundings {
  environment?: Record<string, string>;
  input?: string | Uint8Array;
  /** A command that runs the rest as somebody else. */
  as?: readonly string[];
}

/** Runs the real entry point as a process of its own, from its sources, with nothing of this process's environment. */
export const mooring = async (
  argv: readonly string[],
  { environment = {}, input = "", as = [] }: Surroundings = {},
): Promise<Ended> => {
  const child = Bun.spawn([...as, process.execPath, main, ...argv], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: "/usr/bin:/bin", ...environment },
  });
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
};
