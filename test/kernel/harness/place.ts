import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type MountEntry, parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { mountsAt } from "../../../agent/core/mountinfo/stack.ts";
import { compiled } from "./compile.ts";
import { Program } from "./program.ts";
import { until } from "./until.ts";

/** What a copy of a mount namespace has to do with its original. */
export type Propagation = "shared" | "slave" | "private";

/** A mount namespace in which a test can do things. It exists as long as this object does; its mounts go with it. */
export class Place implements Disposable {
  readonly #holder: Program;
  /** `mnt:[…]`: tells which processes live here. */
  readonly #namespace: string;
  /** Held open: the number of a namespace that is gone is soon another one's, with processes of somebody else in it. */
  readonly #pin: number;
  readonly #programs: Program[] = [];
  #isOver = false;

  protected constructor(holder: Program) {
    this.#holder = holder;
    this.#pin = openSync(`/proc/${holder.pid}/ns/mnt`, "r");
    this.#namespace = readlinkSync(`/proc/self/fd/${this.#pin}`);
  }

  /** A fresh copy of a place's mount namespace, or of this process's own. */
  static async open(from: Place | null, propagation: Propagation): Promise<Place> {
    return new Place(await Place.hold(from, propagation));
  }

  /** cat(1) holds it: when it echoes a line it is inside, and it ends when its input does, however this process ends. */
  protected static async hold(from: Place | null, propagation: Propagation): Promise<Program> {
    if (process.getuid?.() !== 0) throw new Error("The kernel tests mount for real: run them as root");
    const holder = new Program(entering(from, propagation, ["cat"]));
    await holder.ask("ready");
    return holder;
  }

  /** The process that holds it: for /proc/<pid>/root and the like. */
  get pid(): number {
    return this.#holder.pid;
  }

  /** Starts a program inside. Its pid is that of the program itself; it ends with this place at the latest. */
  run(argv: readonly string[], { env }: { env?: Record<string, string> } = {}): Program {
    const program = new Program(entering(this, null, argv), { ...process.env, ...env });
    this.#programs.push(program);
    return program;
  }

  /**
   * Runs a shell script (`sh -eu`) inside, with `args` as "$1"…, and returns its stdout without the last line end.
   * @throws when it fails, or is not done within `deadline` milliseconds.
   */
  async sh(script: string, { args = [], deadline = 30_000 }: { args?: string[]; deadline?: number } = {}) {
    using shell = this.run(["sh", "-euc", script, "sh", ...args]);
    const ending = await Promise.race([shell.exited, Bun.sleep(deadline)]);
    if (!ending) throw new Error(`not done within ${deadline} ms: ${script}`);
    if (ending.code !== 0)
      throw new Error(`${JSON.stringify(ending)} from process ${shell.pid}: ${script}\n${shell.said()}`);
    return shell.lines.join("\n");
  }

  /** Plain umount(2), which tells of whatever holds the file system. A probe that is out at that moment ends soon. */
  async unmount(path: string): Promise<void> {
    await until(() => this.sh(`umount "$1"`, { args: [path] }).then(() => true), {
      what: `${path} to be free`,
      every: 20,
    });
  }

  /** Writes a file inside, its folders included. */
  async write(path: string, text: string): Promise<void> {
    await this.sh(`mkdir -p "$(dirname "$1")" && printf %s "$2" > "$1"`, { args: [path, text] });
  }

  /** What a file inside holds. */
  read(path: string): Promise<string> {
    return this.sh(`cat "$1"`, { args: [path] });
  }

  /** The mounts as processes inside see them. Never blocks, whatever hangs. */
  mountinfo(): MountEntry[] {
    return parseMountinfo(readFileSync(`/proc/${this.pid}/mountinfo`), ({ line, why }) => {
      throw new Error(`/proc/${this.pid}/mountinfo, line ${line}: ${why}`);
    });
  }

  mountCount(): number {
    return this.mountinfo().length;
  }

  /** The mounts stacked at a path, bottom to top. */
  mountsAt(path: string): MountEntry[] {
    return mountsAt(this.mountinfo(), path);
  }

  /** Everything that runs inside, whoever started it. */
  processes(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === this.#namespace)
      .map(Number);
  }

  /** Ends everything that runs inside, whoever started it; the namespace and its mounts go with the last process. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const program of this.#programs) program.kill("SIGKILL");
    this.processes().forEach(killIfThere);
    this.#holder.kill("SIGKILL");
    closeSync(this.#pin);
  }
}

/** The command that runs another one inside a place, or inside a fresh copy of it. */
const entering = (
  place: { pid: number } | null,
  propagation: Propagation | null,
  argv: readonly string[],
): string[] => [compiled(join(import.meta.dir, "enter.c")), String(place?.pid ?? "-"), propagation ?? "-", ...argv];

const namespaceOf = (pid: string): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
};

const killIfThere = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
};
