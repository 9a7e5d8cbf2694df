import type { VolumeReport } from "../core/volume-report.ts";
import type { VolumeRequest } from "./request.ts";
import { readReport } from "./wire.ts";

/** How a compiled binary, or the sources, run a hidden command of themselves. */
export type Self = readonly string[];

/** A volume child that has been asked. */
export interface VolumeChild {
  pid: number;
  /** Resolves once, with the report or with why there is none. Never rejects. */
  answer: Promise<{ ok: true; report: VolumeReport } | { ok: false; why: string }>;
  /** Lets the child go: it waits for this after its answer, so that its descriptor can be taken. */
  letGo(): void;
}

const ANSWER_LIMIT = 256 * 1024;

/** Starts a child and asks it. It may hang for ever in the kernel; SIGKILL would not end it then. */
export function askVolumeChild(self: Self, request: VolumeRequest): VolumeChild {
  const child = Bun.spawn([...self, "volume-child"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  void unlessEnded(async () => {
    await child.stdin.write(`${JSON.stringify(request)}\n`);
    await child.stdin.flush();
  });
  const answer = firstLine(child.stdout).then(async (line) => {
    if (line !== null) return { ok: true as const, report: readReport(line) };
    const said = (await new Response(child.stderr).text()).slice(0, 500).trim();
    return { ok: false as const, why: said || `the volume child ended with ${await child.exited}` };
  });
  return {
    pid: child.pid,
    answer: answer.catch((error: unknown) => ({ ok: false, why: String(error) })),
    letGo: () => void unlessEnded(async () => void (await child.stdin.end())),
  };
}

/** A child may end before it has read everything (EPIPE); how it ended is told by its answer. */
async function unlessEnded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EPIPE") throw error;
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
    if (text.length > ANSWER_LIMIT) return null;
  }
  return null;
}
