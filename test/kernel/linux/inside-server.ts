import { join } from "node:path";
import { linuxKernel } from "../../../agent/keeper/linux/kernel.ts";
import type { Kernel } from "../../../agent/keeper/port.ts";
import { type Capabilities, detectCapabilities } from "../../../agent/kernel/capabilities.ts";
import { KernelError } from "../../../agent/kernel/error.ts";
import { readLine, writeLine } from "../../../agent/kernel/pipe.ts";
import { makeSignal } from "../../../agent/kernel/wait.ts";
import { pack, unpack } from "./inside.ts";

export interface Request {
  on: { kind: "module"; file: string } | { kind: "port" } | { kind: "open" };
  name: string;
  args: unknown[];
}

export type Answer = { value: unknown } | { op: string; path: string; errno: number } | { bug: string };

type Functions = Record<string, (...args: unknown[]) => unknown>;

const agent = join(import.meta.dir, "../../../agent");
let port: Kernel | undefined;

const openers = {
  port(denied: (keyof Capabilities)[]) {
    const capabilities = detectCapabilities();
    for (const name of denied) capabilities[name] = false;
    port = linuxKernel(makeSignal(), capabilities);
  },
};

const functionsOf = async (on: Request["on"]): Promise<Functions> => {
  if (on.kind === "module") return (await import(join(agent, on.file))) as Functions;
  return (on.kind === "open" ? openers : port) as unknown as Functions;
};

const answer = async ({ on, name, args }: Request): Promise<Answer> => {
  try {
    const called = (await functionsOf(on))[name];
    if (!called) return { bug: `there is no ${name}` };
    return { value: await called(...args) };
  } catch (error) {
    if (error instanceof KernelError) return { op: error.op, path: error.path, errno: error.errno };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

const serve = async (): Promise<void> => {
  writeLine(1, "ready");
  for (let line = readLine(0); line !== ""; line = readLine(0)) {
    writeLine(1, pack(await answer(unpack(line.trimEnd()) as Request)));
  }
};

if (import.meta.main) void serve();
