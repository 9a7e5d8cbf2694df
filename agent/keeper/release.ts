import type { Config } from "../core/config/config.ts";
import type { Trace } from "../core/trace.ts";
import { detectCapabilities } from "../kernel/capabilities.ts";
import { KernelError } from "../kernel/error.ts";
import { makeSignal } from "../kernel/wait.ts";
import { explain } from "./explain.ts";
import { linuxKernel } from "./linux/kernel.ts";
import { purgeBareDirectory } from "./linux/purge.ts";
import { Keeper } from "./loop.ts";
import type { KeeperStatus } from "./messages.ts";
import type { Agent } from "./record.ts";

export interface Released {
  target: string;
  ok: boolean;
  message: string;
}

/** Releases every managed target with a keeper that is told so from the start: it attaches nothing. */
export function releaseAll(config: Config, agent: Agent, purge: boolean): Released[] {
  const kernel = linuxKernel(makeSignal(), detectCapabilities());
  const detached: string[] = [];
  const failures = new Map<string, string>();
  let statuses: KeeperStatus[] = [];
  let left: string[] = [];
  const hear = (trace: Trace): void => {
    if (trace.kind === "released") detached.push(trace.mount);
    if (trace.kind === "actionFailed") failures.set(trace.mount, trace.error.message);
  };
  const keeper = new Keeper({
    kernel,
    agent,
    config,
    post: (news) => {
      if (news.kind === "status") statuses = news.mounts;
      if (news.kind === "released") left = news.left;
      if (news.kind === "traces") for (const trace of news.traces) hear(trace);
    },
  });
  keeper.obey({ kind: "release" });
  let before: number;
  do {
    // Of a stack, one mount goes in a pass.
    before = detached.length;
    keeper.pass("full");
  } while (left.length > 0 && detached.length > before);
  const results = config.mounts
    .filter(({ source }) => source !== null)
    .map(({ target, name }) => {
      const { condition } = statuses.find((status) => status.target === target) ?? { condition: null };
      if (!condition) return { target, ok: false, message: "could not be looked at" };
      const isOthers = condition.reason === "ForeignMount";
      if (left.includes(target) || (condition.reason !== "Released" && !isOthers))
        return { target, ok: false, message: failures.get(name) ?? condition.message };
      const message = detached.includes(name) ? "released" : "nothing of ours was mounted";
      return { target, ok: true, message: isOthers ? condition.message : message };
    });
  keeper.close();
  return purge ? results.map((result) => (result.ok ? purged(kernel, result) : result)) : results;
}

function purged(kernel: ReturnType<typeof linuxKernel>, { target, message }: Released): Released {
  try {
    if (purgeBareDirectory(kernel, target)) return { target, ok: true, message: `${message}, bare directory removed` };
    return { target, ok: false, message: `${message}; the bare directory is not empty and stays locked` };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { target, ok: false, message: `${message}; the bare directory stays: ${explain(error)}` };
  }
}
