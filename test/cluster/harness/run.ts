/** What a program said; stdout without the newline at its end. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Never throws for an exit code. */
export const tryRun = async (argv: readonly string[], input = ""): Promise<Said> => {
  const child = Bun.spawn([...argv], { stdin: new Blob([input]), stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
};

/** Runs a program and returns its stdout. @throws with everything it said when it ends with another code than 0. */
export const run = async (argv: readonly string[], input = ""): Promise<string> => {
  const { code, stdout, stderr } = await tryRun(argv, input);
  if (code !== 0) throw new Error(`${argv.join(" ")}\nended with ${code}: ${stderr || stdout}`);
  return stdout;
};
