import { type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { asByteString, bytesOfText, textOfBytes } from "../../../agent/core/mountinfo/bytes.ts";
import { allocate, CString, readCString } from "../../../agent/kernel/memory.ts";
import { failure } from "./folder.ts";

const bytesAt = (address: number, length: number): Uint8Array =>
  new Uint8Array(toArrayBuffer(address as Pointer, 0, length));

describe("a C string", () => {
  const string = new CString();

  test("holds any text and any bytes without a NUL, and gives them back", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
        ),
        (given) => {
          const text = textOfBytes(asByteString(given));
          expect(Buffer.from(bytesOfText(text))).toEqual(Buffer.from(given));
          if (given.includes(0)) return;
          const stored = bytesAt(string.set("test", text), given.length + 1);
          expect(Buffer.from(stored)).toEqual(Buffer.from([...given, 0]));
          expect(readCString(stored, 0)).toBe(text);
        },
      ),
    );
  });

  test("refuses what does not fit, also when it is no UTF-8", () => {
    expect(failure(() => string.set("test", `${"\udcff".repeat(4096)}`))).toBe("ENAMETOOLONG");
    expect(failure(() => string.set("test", `\udcff\0`))).toBe("EINVAL");
    expect(bytesAt(string.set("test", "\udcff".repeat(4095)), 4096).at(-1)).toBe(0);
  });
});

describe("reading a C string", () => {
  test("ends at its NUL, or where the memory ends", () => {
    const bytes = Buffer.from("one\0two");
    expect([readCString(bytes, 0), readCString(bytes, 4), readCString(bytes, 7)]).toEqual(["one", "two", ""]);
  });
});

test("memory stays where it is, views and collections notwithstanding", () => {
  const blocks = Array.from({ length: 2000 }, (_, index) => allocate(8 + (index % 64)));
  for (const [index, block] of blocks.entries()) block.view.setUint32(4, index, true);
  Bun.gc(true);
  for (const [index, block] of blocks.entries()) {
    void block.bytes.buffer;
    expect(ptr(block.bytes)).toBe(block.address as Pointer);
    expect(new DataView(toArrayBuffer(block.address as Pointer, 0, 8)).getUint32(4, true)).toBe(index);
  }
});
