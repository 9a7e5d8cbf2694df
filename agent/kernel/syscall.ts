import { CFunction, dlopen, FFIType, type Pointer, toArrayBuffer } from "bun:ffi";
import { type SyscallName, tables } from "./numbers.ts";
import { refusalOf } from "./steps.ts";

/**
 * The body of libc's syscall(3), which returns the kernel's own -errno: errno of libc, read in a second FFI call, may
 * have been overwritten in between. Arguments shift down by one, the seventh comes from the stack.
 */
export const machineCode = {
  x64: [
    0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8, 0x4c,
    0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3,
  ],
  // mov x8,x0; mov x0,x1; … mov x5,x6; svc #0; ret
  arm64: [
    0xe8, 0x03, 0x00, 0xaa, 0xe0, 0x03, 0x01, 0xaa, 0xe1, 0x03, 0x02, 0xaa, 0xe2, 0x03, 0x03, 0xaa, 0xe3, 0x03, 0x04,
    0xaa, 0xe4, 0x03, 0x05, 0xaa, 0xe5, 0x03, 0x06, 0xaa, 0x01, 0x00, 0x00, 0xd4, 0xc0, 0x03, 0x5f, 0xd6,
  ],
};

type Raw = (nr: number, a: number, b: number, c: number, d: number, e: number, f: number) => number | bigint;

const PROT_READ_WRITE = 3;
const PROT_READ_EXEC = 5;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;

function architecture(): "x64" | "arm64" {
  if (process.arch === "x64" || process.arch === "arm64") return process.arch;
  throw new Error(`mooring runs on amd64 and arm64, not on ${process.arch}`);
}

function compile(): Raw {
  const libc = dlopen("libc.so.6", {
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "ptr" },
    mprotect: { args: ["ptr", "u64", "i32"], returns: "i32" },
  });
  const page = libc.symbols.mmap(null, PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0) as Pointer;
  new Uint8Array(toArrayBuffer(page, 0, PAGE)).set(machineCode[architecture()]);
  if (libc.symbols.mprotect(page, PAGE, PROT_READ_EXEC) !== 0)
    throw new Error("mprotect refused an executable page; is a policy such as SELinux execmem in force?");
  const args = [FFIType.i64, FFIType.i64, FFIType.i64, FFIType.i64, FFIType.i64, FFIType.i64, FFIType.i64];
  return CFunction({ args, returns: FFIType.i64_fast, ptr: page }) as unknown as Raw;
}

// One page per thread, made at the first call.
let raw: Raw | undefined;
const numbers = tables[architecture()];

/** Calls the kernel; returns its answer, -errno on failure. Blocks the calling thread for as long as the kernel does. */
export function syscall(name: SyscallName, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
  raw ??= compile();
  return refusalOf(name, a, b, e) || Number(raw(numbers[name], a, b, c, d, e, f));
}
