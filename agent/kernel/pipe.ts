import { must } from "./error.ts";
import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

const LIMIT = 1024 * 1024;
const NEWLINE = 10;

/** Reads one line from a pipe, blocking; at most 1 MiB. Ends early when the pipe does. */
export function readLine(fd: number): string {
  const block = allocate(64 * 1024);
  let text = new Uint8Array(0);
  while (text.length < LIMIT && text.at(-1) !== NEWLINE) {
    const got = must("read", `fd ${fd}`, syscall("read", fd, block.address, block.bytes.length));
    if (got === 0) break;
    text = Buffer.concat([text, block.bytes.subarray(0, got)]);
  }
  return new TextDecoder().decode(text);
}

/** Writes one line to a pipe, blocking. */
export function writeLine(fd: number, line: string): void {
  const content = new TextEncoder().encode(`${line}\n`);
  const block = allocate(content.length);
  block.bytes.set(content);
  for (let done = 0; done < content.length; )
    done += must("write", `fd ${fd}`, syscall("write", fd, block.address + done, content.length - done));
}

/** Blocks until the pipe's other end is closed. */
export function untilEnd(fd: number): void {
  const block = allocate(4096);
  while (must("read", `fd ${fd}`, syscall("read", fd, block.address, block.bytes.length)) > 0);
}

const POLLIN = 1;
const waited = allocate(24);

/** ppoll(2): sleeps `ms` milliseconds, or until the pipe's other end is closed or says something; whether it was. */
export function isEndedWithin(fd: number, ms: number): boolean {
  const { view, address } = waited;
  view.setInt32(0, fd, true);
  view.setInt32(4, POLLIN, true);
  view.setBigInt64(8, BigInt(Math.floor(ms / 1000)), true);
  view.setBigInt64(16, BigInt(Math.floor((ms % 1000) * 1e6)), true);
  return syscall("ppoll", address, 1, address + 8, 0, 8) > 0;
}
