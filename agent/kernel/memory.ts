import { ptr } from "bun:ffi";
import { asByteString, bytesOfText, textOfBytes } from "../core/mountinfo/bytes.ts";
import { KernelError } from "./error.ts";

/** Memory that the kernel reads or writes. Hold the object as long as a call may use `address`. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly address: number;
}

/**
 * Allocates zeroed memory. The ArrayBuffer comes first, its views next and the pointer last: a pointer taken from a
 * small typed array dangles once its `.buffer` is touched, because the engine then moves the storage.
 */
export function allocate(size: number): Block {
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  return { bytes, view, address: ptr(bytes) };
}

const PATH_MAX = 4096;
const encoder = new TextEncoder();

/** A reusable NUL-terminated string; each call of `set` overwrites the last, so use one per argument of a call. */
export class CString {
  readonly #block = allocate(PATH_MAX);

  /** The address of `text` as a C string. Fails like the kernel: ENAMETOOLONG past PATH_MAX, EINVAL for a NUL inside. */
  set(op: string, text: string): number {
    const room = this.#block.bytes.subarray(0, PATH_MAX - 1);
    const written = text.isWellFormed() ? encodeText(text, room) : encodeOddBytes(text, room);
    if (written === null) throw new KernelError(op, text, 36);
    if (text.includes("\0")) throw new KernelError(op, text, 22);
    this.#block.bytes[written] = 0;
    return this.#block.address;
  }
}

function encodeText(text: string, room: Uint8Array): number | null {
  const { read, written } = encoder.encodeInto(text, room);
  return read < text.length ? null : written;
}

/** A name that is not UTF-8, as `textOfBytes` spells it. */
function encodeOddBytes(text: string, room: Uint8Array): number | null {
  const bytes = bytesOfText(text);
  if (bytes.length > room.length) return null;
  room.set(bytes);
  return bytes.length;
}

/** The C string at `offset`, up to its NUL or the end, as text from which its bytes can be had back. */
export function readCString(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return textOfBytes(asByteString(bytes.subarray(offset, end < 0 ? bytes.length : end)));
}
