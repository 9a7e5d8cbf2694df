import { must } from "./error.ts";
import { allocate, readCString } from "./memory.ts";
import { syscall } from "./syscall.ts";

const entries = allocate(32 * 1024);

/** getdents64(2): the names in the directory `fd`, from the beginning, without `.` and `..`, a block of them at a time. */
export function* namesIn(fd: number, path: string): Generator<string[]> {
  must("lseek", path, syscall("lseek", fd, 0, 0));
  for (;;) {
    const size = must("getdents64", path, syscall("getdents64", fd, entries.address, entries.bytes.length));
    if (size === 0) return;
    const names: string[] = [];
    for (let offset = 0; offset < size; offset += entries.view.getUint16(offset + 16, true)) {
      const name = readCString(entries.bytes, offset + 19);
      if (name !== "." && name !== "..") names.push(name);
    }
    yield names;
  }
}

/** The names in the directory `fd`, at most about `limit` of them. Starts from the beginning each time. */
export function listDirectory(fd: number, path: string, limit: number): string[] {
  const names: string[] = [];
  for (const block of namesIn(fd, path)) {
    names.push(...block);
    if (names.length >= limit) break;
  }
  return names;
}
