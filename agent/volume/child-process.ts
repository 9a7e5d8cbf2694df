import type { VolumeReport } from "../core/volume-report.ts";
import type { VolumeRequest } from "./request.ts";
import { PROGRESS, readExamines, readReport, writeRequest } from "./wire.ts";

/** How a compiled binary, or the sources, run a hidden command of themselves. */
export type Self = readonly string[];

/** A volume child that has been asked. */
export interface VolumeChild {
  pid: number;
  /** Super device of what it examines, once it has said so. */
  readonly examines: string | null;
  /** Resolves once, with the report or with why there is none. Never rejects. */
  answer: Promise<{ ok: true; report: VolumeReport } | { ok: false; why: string }>;
  /** Lets the child go: it waits for this after its answer, so that its descriptor can be taken. */
  letGo(): void;
}

const ANSWER_LIMIT = 256 * 1024;

/**
 * Starts a child and asks it. It may hang for ever in the kernel; SIGKILL would not end it then. `onProgress` is called
 * when it says that it is at work on something long.
 */
export function askVolumeChild(self: Self, request: VolumeRequest, onProgress = (): void => {}): VolumeChild {
  const child = Bun.spawn([...self, "volume-child"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  void unlessEnded(async () => {
    await child.stdin.write(`${writeRequest(request)}\n`);
    await child.stdin.flush();
  });
  let examines: string | null = null;
  const isReport = (line: string): boolean => {
    if (line === PROGRESS) {
      onProgress();
      return false;
    }
    const found = readExamines(line);
    examines ??= found;
    return found === null;
  };
  const answer = lineThat(isReport, child.stdout).then(async (line) => {
    if (line !== null) return { ok: true as const, report: readReport(line) };
    const said = (await new Response(child.stderr).text()).slice(0, 500).trim();
    return { ok: false as const, why: said || `the volume child ended with ${await child.exited}` };
  });
  return {
    pid: child.pid,
    get examines() {
      return examines;
    },
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

/** The first line that is wanted; null when there is none, or one is too long. */
async function lineThat(
  isWanted: (line: string) => boolean,
  stream: ReadableStream<Uint8Array>,
): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      if (isWanted(line)) return line;
      text = text.slice(end + 1);
    }
    if (text.length > ANSWER_LIMIT) return null;
  }
  return null;
}
