import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Kernel } from "../../../agent/keeper/port.ts";
import type { Capabilities } from "../../../agent/kernel/capabilities.ts";
import { KernelError } from "../../../agent/kernel/error.ts";
import { denying } from "../harness/old-kernel.ts";
import type { Place } from "../harness/place.ts";
import type { Program } from "../harness/program.ts";
import type { Answer, Request } from "./inside-server.ts";

/** The functions of `T`, called in another process. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/**
 * A process of Bun inside a place, in which a test calls the agent's own functions: what the code under test mounts, it
 * mounts there. One call at a time. KernelErrors come back as such.
 */
export class Inside implements Disposable {
  readonly #program: Program;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** With `denied`, a list for deny.c, as on a kernel or in a container that refuses these system calls. */
  static async start(place: Place, denied = ""): Promise<Inside> {
    const server = [process.execPath, join(import.meta.dir, "inside-server.ts")];
    const program = place.run(denying(denied, server));
    await program.line((line) => line === "ready", { what: "the process inside to begin" });
    return new Inside(program);
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** The exported functions of a file below agent/, e.g. `kernel/open.ts`. */
  module<T>(file: string): Remote<T> {
    return this.#remote({ kind: "module", file });
  }

  /** The keeper's port on the real kernel, as if this kernel had no other capabilities than it has and `denied` leaves. */
  async port(denied: readonly (keyof Capabilities)[] = []): Promise<Remote<Kernel>> {
    await this.#call({ kind: "open" }, "port", [denied]);
    return this.#remote({ kind: "port" });
  }

  kill(): Promise<unknown> {
    this.#program.kill("SIGKILL");
    return this.#program.exited;
  }

  [Symbol.dispose](): void {
    this.#program.kill("SIGKILL");
  }

  #remote<T>(on: Request["on"]): Remote<T> {
    // What is awaited is asked for `then`; it has none.
    const get = (_: object, name: string | symbol) =>
      typeof name === "symbol" || name === "then" ? undefined : (...args: unknown[]) => this.#call(on, name, args);
    return new Proxy({}, { get }) as Remote<T>;
  }

  async #call(on: Request["on"], name: string, args: unknown[]): Promise<unknown> {
    const request: Request = { on, name, args };
    const answer = unpack(await this.#program.ask(pack(request))) as Answer;
    if ("value" in answer) return answer.value;
    if ("bug" in answer) throw new Error(`inside ${name}: ${answer.bug}`);
    throw new KernelError(answer.op, answer.path, answer.errno);
  }
}

/** One line of text for any value that structured clone knows, bigint and bytes included. */
export const pack = (value: unknown): string => serialize(value).toString("base64");
export const unpack = (line: string): unknown => deserialize(Buffer.from(line, "base64"));

/** The errno with which a call fails. @throws when it does not, or fails otherwise. */
export const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
  throw new Error("it should have failed, and did not");
};
