import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { LineQueue } from "./line-queue.ts";
import { maxWaitingBytes, type Sink } from "./sink.ts";

export interface FileFailure {
  code: string;
  message: string;
}

const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * A file, written by the runtime's file threads and never by the main thread, one call at a time: on a disk that is dead,
 * exactly one of those threads is stuck, however much there is to say, and only the file goes quiet. (The price: a process
 * with a thread stuck in the kernel ends when the kernel lets go of it.) What waits is bounded. A file that cannot be opened
 * or written is told once and tried again every `retryMs`, with a fresh open, since disks get space and paths appear.
 */
export const fileSink = (options: {
  path: string;
  onFailed: (failure: FileFailure) => void;
  onDropped: (lines: number) => void;
  retryMs?: number;
}): Sink => {
  const queue = new LineQueue(maxWaitingBytes);
  let handle: FileHandle | null = null;
  let draining: Promise<void> | null = null;
  let retry: Timer | undefined;
  let failing = false;
  let ended = false;

  const drain = async (): Promise<void> => {
    try {
      handle ??= await openRegular(options.path);
      for (let chunk = queue.next(); chunk.length > 0; chunk = queue.next()) {
        queue.written((await handle.write(chunk)).bytesWritten);
        failing = false;
      }
      const dropped = queue.takeDropped();
      if (dropped > 0) options.onDropped(dropped);
    } catch (error) {
      if (!failing) options.onFailed(failureOf(error));
      failing = true;
      await closeQuietly();
      if (!ended) retry = setTimeout(start, options.retryMs ?? 5000).unref();
    }
  };
  const start = (): void => {
    retry = undefined;
    draining ??= drain().finally(() => {
      draining = null;
      if (!queue.isEmpty && retry === undefined && !ended) start();
    });
  };
  const closeQuietly = async (): Promise<void> => {
    const closing = handle;
    handle = null;
    await closing?.close().catch(() => {});
  };

  // Opened at once: a wrong path should be told at the start, not with the first line.
  start();
  return {
    write(line) {
      if (ended) return;
      queue.push(line);
      if (retry === undefined) start();
    },
    async end(withinMs) {
      ended = true;
      clearTimeout(retry);
      await Promise.race([(draining ?? Promise.resolve()).then(closeQuietly), Bun.sleep(withinMs)]);
    },
  };
};

/** O_NONBLOCK so that a pipe without a reader is an error here and now instead of a thread that waits for one. */
const openRegular = async (path: string): Promise<FileHandle> => {
  const handle = await open(path, flags, 0o640);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw Object.assign(new Error("it is not a regular file"), { code: "ENOTSUP" });
};

const failureOf = (error: unknown): FileFailure => ({
  code: error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN",
  message: error instanceof Error ? error.message : String(error),
});
