/** What an ELF file asks of the machine and of the loader. */
export interface Elf {
  machine: "amd64" | "arm64";
  /** Path of the loader; null in a library. */
  interpreter: string | null;
  /** Names of the libraries that it links against (DT_NEEDED). */
  needed: string[];
}

const machines: Readonly<Record<number, Elf["machine"]>> = { 62: "amd64", 183: "arm64" };

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

interface Segment {
  kind: number;
  offset: number;
  address: number;
  size: number;
}

export const looksLikeElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** Reads the headers (elf(5)). Throws with the path on anything but a sound 64-bit little-endian file of a known machine. */
export const elfOf = (path: string, bytes: Uint8Array): Elf => {
  if (!looksLikeElf(bytes) || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error(`${path} is no 64-bit little-endian ELF file`);
  }
  try {
    return read(path, bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`${path}: its ELF headers point outside the file`);
    throw error;
  }
};

const read = (path: string, bytes: Uint8Array): Elf => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (offset: number): number => Number(view.getBigUint64(offset, true));
  const machine = machines[view.getUint16(18, true)];
  if (machine === undefined)
    throw new Error(`${path} is for machine ${view.getUint16(18, true)} of elf.h, not for amd64 or arm64`);

  const [table, size, count] = [number(32), view.getUint16(54, true), view.getUint16(56, true)];
  const segments = Array.from({ length: count }, (_, index): Segment => {
    const at = table + index * size;
    return { kind: view.getUint32(at, true), offset: number(at + 8), address: number(at + 16), size: number(at + 32) };
  });
  const text = (offset: number): string => {
    const end = bytes.indexOf(0, offset);
    if (offset >= bytes.length || end < 0) throw new RangeError();
    return new TextDecoder().decode(bytes.subarray(offset, end));
  };

  const interpreter = segments.find(({ kind }) => kind === PT_INTERP);
  return {
    machine,
    interpreter: interpreter ? text(interpreter.offset) : null,
    needed: neededIn(segments, number, text),
  };
};

const neededIn = (
  segments: readonly Segment[],
  number: (offset: number) => number,
  text: (offset: number) => string,
): string[] => {
  const dynamic = segments.find(({ kind }) => kind === PT_DYNAMIC);
  if (!dynamic) return [];
  const names: number[] = [];
  let strings = 0;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const tag = number(at);
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) names.push(number(at + 8));
    if (tag === DT_STRTAB) strings = number(at + 8);
  }
  // The table of strings is given by its address in memory.
  const holder = segments.find(
    ({ kind, address, size }) => kind === PT_LOAD && address <= strings && strings < address + size,
  );
  if (!holder) throw new RangeError();
  return names.map((name) => text(strings - holder.address + holder.offset + name));
};
