import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { LineQueue } from "./line-queue.ts";
import { maxWaitingBytes, type Sink } from "./sink.ts";

const retryMs = 50;

/**
 * Standard output. A container's is a pipe whose reader may stall, and a plain write to a full pipe would block the main
 * thread, /livez with it. So it is opened once more as a description of its own that does not block (O_NONBLOCK on the
 * inherited one would be seen by every process that shares it); a full pipe keeps lines waiting, then drops and counts them.
 * A file or a socket cannot be opened so and is written as it is: a file hardly blocks, and a socket's reader is journald.
 */
export const consoleSink = (options: { fd?: number; onDropped: (lines: number) => void }): Sink => {
  const { fd, own } = openNonBlocking(options.fd ?? 1);
  const queue = new LineQueue(maxWaitingBytes);
  let retry: Timer | undefined;
  let ended = false;

  const drain = (): void => {
    clearTimeout(retry);
    retry = undefined;
    // The number of a closed descriptor may belong to another file by now.
    if (ended) return;
    try {
      for (let chunk = queue.next(); chunk.length > 0; chunk = queue.next()) queue.written(writeSync(fd, chunk));
    } catch (error) {
      if (codeOf(error) === "EAGAIN") {
        retry = setTimeout(drain, retryMs).unref();
        return;
      }
      // Nobody reads any more (EPIPE) or can be told (ENOSPC): these lines are lost, the next ones may not be.
      queue.written(queue.next().length);
    }
    const dropped = queue.takeDropped();
    if (dropped > 0) options.onDropped(dropped);
  };

  return {
    write(line) {
      if (ended) return;
      queue.push(line);
      if (retry === undefined) drain();
    },
    async end(withinMs) {
      const deadline = Bun.nanoseconds() + withinMs * 1e6;
      while (!queue.isEmpty && Bun.nanoseconds() < deadline) {
        drain();
        if (!queue.isEmpty) await Bun.sleep(10);
      }
      ended = true;
      clearTimeout(retry);
      if (own) closeSync(fd);
    },
  };
};

const openNonBlocking = (fd: number): { fd: number; own: boolean } => {
  try {
    const stat = fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return { fd, own: false };
    return {
      fd: openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
      own: true,
    };
  } catch {
    // A terminal of another container (ENXIO), no /proc: better blocking than mute.
    return { fd, own: false };
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
