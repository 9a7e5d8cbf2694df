import { must } from "./error.ts";
import { allocate } from "./memory.ts";
import { AT_FDCWD, close, O_RDONLY, openat2 } from "./open.ts";
import { syscall } from "./syscall.ts";

/** Held for good: one for each read would be most of what the agent leaves for its heap to sweep. */
const chunk = allocate(256 * 1024);

/** A whole file that cannot block, such as one of /proc; `limit` bytes at most. */
export function readFile(path: string, limit: number): Uint8Array {
  const fd = openat2(AT_FDCWD, path, O_RDONLY, 0);
  try {
    return readUpTo(fd, path, limit);
  } finally {
    close(fd);
  }
}

/** read(2) until the end or `limit` bytes. */
export function readUpTo(fd: number, path: string, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let total = 0; total < limit; ) {
    const size = Math.min(chunk.bytes.length, limit - total);
    const got = must("read", path, syscall("read", fd, chunk.address, size));
    if (got === 0) break;
    parts.push(chunk.bytes.slice(0, got));
    total += got;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
