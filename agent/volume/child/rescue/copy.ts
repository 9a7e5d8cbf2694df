import { copyBuffer, nextData, readAt, setSize, syncData, writeAt } from "../../../kernel/content.ts";
import { KernelError } from "../../../kernel/error.ts";

const EIO = 5;
/** So that no write-back takes long, and nobody else's waits behind it. */
const SYNC_EVERY = 16 * 1024 * 1024;

let buffer: ReturnType<typeof copyBuffer> | null = null;

/**
 * Copies the first `size` bytes of a file, holes left out, however much longer it has become. `tick` is called after each
 * piece, and may throw.
 */
export function copyContent(from: number, to: number, name: string, size: number, tick: () => void): void {
  buffer ??= copyBuffer();
  let unsynced = 0;
  let end = 0;
  for (let data = nextData(from, name, 0); data !== null && data.start < size; data = nextData(from, name, end)) {
    end = Math.min(data.end, size);
    for (let at = data.start; at < end; ) {
      const got = readAt(from, name, buffer, at, end - at);
      if (got === 0) throw new KernelError("pread64", name, EIO);
      writeAt(to, name, buffer, at, got);
      at += got;
      unsynced += got;
      if (unsynced >= SYNC_EVERY) {
        syncData(to, name);
        unsynced = 0;
      }
      tick();
    }
  }
  if (end < size) setSize(to, name, size);
}

let other: ReturnType<typeof copyBuffer> | null = null;

/** Whether two files of that size hold the same bytes. */
export function hasSameContent(a: number, b: number, name: string, size: number, tick: () => void): boolean {
  buffer ??= copyBuffer();
  other ??= copyBuffer();
  for (let at = 0; at < size; ) {
    const got = readAt(a, name, buffer, at, size - at);
    const against = readAt(b, name, other, at, got);
    if (got === 0 || against !== got) return false;
    if (Buffer.compare(buffer.bytes.subarray(0, got), other.bytes.subarray(0, got)) !== 0) return false;
    at += got;
    tick();
  }
  return true;
}
