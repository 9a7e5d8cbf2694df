import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of this test alone. */
export class Folder implements Disposable {
  readonly path: string;

  /** "memory" takes thousands of files much faster than some disks, and has no flags or attributes of ext4. */
  constructor(on: "disk" | "memory" = "disk") {
    this.path = mkdtempSync(join(on === "memory" ? "/dev/shm" : realpathSync(tmpdir()), "mooring-syscalls-"));
  }

  /** The path of something in it. */
  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** What a program prints, without the last line end. @throws when it fails. */
export const said = (argv: string[]): string => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString().replace(/\n$/, "");
};

/** The errno with which a call fails. @throws when it does not, or fails otherwise. */
export const failure = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && error.name === "KernelError") return (error as Error & { code: string }).code;
    throw error;
  }
  throw new Error("it should have failed, and did not");
};
