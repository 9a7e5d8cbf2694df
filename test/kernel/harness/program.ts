import { readdirSync, readFileSync } from "node:fs";
import { until } from "./until.ts";

/** How a program ended: its exit code, or the signal that ended it. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that was started by a test: what it says, line by line, and the ways to talk to it and to end it. */
export class Program implements Disposable {
  readonly argv: readonly string[];
  /** Lines of stdout so far. */
  readonly lines: string[] = [];
  /** Lines of stderr so far. */
  readonly errors: string[] = [];
  readonly exited: Promise<Ending>;
  /** null while it runs. */
  ending: Ending | null = null;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;

  constructor(argv: readonly string[], env: Record<string, string | undefined> = process.env) {
    this.argv = argv;
    this.#child = Bun.spawn([...argv], { stdin: "pipe", stdout: "pipe", stderr: "pipe", env });
    const heard = Promise.all([
      collectLines(this.#child.stdout, this.lines),
      collectLines(this.#child.stderr, this.errors),
    ]);
    this.exited = this.#child.exited.then(async () => {
      const ending: Ending = { code: this.#child.exitCode, signal: this.#child.signalCode as NodeJS.Signals | null };
      // A child of its own that the kernel holds may keep the pipes open: what was said so far is enough then.
      await Promise.race([heard, Bun.sleep(200)]);
      this.ending = ending;
      return ending;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Lines of stdout that are JSON objects, as the agent's log is. */
  get log(): Record<string, unknown>[] {
    return this.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Writes one line to its stdin. */
  send(line: string): void {
    void this.#child.stdin.write(`${line}\n`);
    void this.#child.stdin.flush();
  }

  /** Sends a line and returns the next one it says. */
  async ask(line: string, deadline?: number): Promise<string> {
    const heard = this.lines.length;
    this.send(line);
    return this.line(() => true, { what: `an answer to ${line}`, from: heard, ...(deadline && { deadline }) });
  }

  /** The first line of stdout that fits, now or later. */
  async line(
    fits: (line: string) => boolean,
    { what, deadline, from = 0 }: { what: string; deadline?: number; from?: number },
  ): Promise<string> {
    const look = () => {
      const found = this.lines.slice(from).find(fits);
      return found === undefined ? null : { found };
    };
    return (await this.until(look, { what, ...(deadline && { deadline }) })).found;
  }

  /** Waits for a condition as `until` does, and gives up as soon as the program has ended, showing what it said. */
  until<T>(condition: () => T | Promise<T>, options: { what: string; deadline?: number; every?: number }) {
    const hopeless = () =>
      this.ending && `${this.argv.slice(3).join(" ")} ended: ${JSON.stringify(this.ending)}\n${this.said()}`;
    return until(condition, { ...options, hopeless });
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    if (!this.ending) this.#child.kill(signal);
  }

  /** Stops it where it stands. The signal alone leaves a thread that is awake on another processor its time. */
  async stopped(): Promise<void> {
    this.kill("SIGSTOP");
    await this.until(() => this.#threads().every((state) => state === "T"), { what: "every thread to stand still" });
  }

  /** Lets go on what is stopped. */
  resume(): void {
    this.kill("SIGCONT");
  }

  /** One letter for each thread, as in proc_pid_stat(5). */
  #threads(): (string | undefined)[] {
    const folder = `/proc/${this.pid}/task`;
    return readdirSync(folder).map((id) => /\) (.)/.exec(readFileSync(`${folder}/${id}/stat`, "utf8"))?.[1]);
  }

  /** Lets this process read what has arrived: until a turn of its loop brings nothing more. */
  async heard(): Promise<void> {
    for (let before = -1; before !== this.lines.length; await Bun.sleep(0)) before = this.lines.length;
  }

  /** Everything it said, for a failing test to show. */
  said(): string {
    return [...this.lines, ...this.errors].join("\n");
  }

  [Symbol.dispose](): void {
    this.kill("SIGKILL");
  }
}

const collectLines = async (stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> => {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
  if (rest !== "") lines.push(rest);
};
