/**
 * Paths are bytes to the kernel and text to people. A table is read as one character per byte (latin1), cut into
 * fields, and only then are the fields turned into text, so that no byte is ever lost or merged with its neighbour.
 */

/** One character per byte. Text that was decoded before is taken back to its UTF-8 bytes. */
export const asByteString = (table: Uint8Array | string): string => {
  if (typeof table !== "string") {
    return Buffer.from(table.buffer, table.byteOffset, table.byteLength).toString("latin1");
  }
  return beyondAscii.test(table) ? Buffer.from(table, "utf8").toString("latin1") : table;
};

/** What the kernel escapes in mountinfo is space, tab, newline, backslash and, in sources, `#` (fs/proc_namespace.c). */
const unescapeOctal = (field: string): string =>
  field.includes("\\")
    ? field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : field;

/**
 * Bytes to text: UTF-8 where it is valid; every other byte 0xNN becomes the lone surrogate U+DCNN, which no valid text
 * contains, so the bytes can be had back (the convention of Python's `surrogateescape`, PEP 383).
 */
export const textOfBytes = (bytes: string): string =>
  beyondAscii.test(bytes)
    ? bytes.replace(wellFormedOrOneByte, (found) =>
        found.length === 1
          ? String.fromCharCode(0xdc00 + found.charCodeAt(0))
          : Buffer.from(found, "latin1").toString("utf8"),
      )
    : bytes;

/** The bytes that `textOfBytes` made this text of. */
export const bytesOfText = (text: string): Uint8Array =>
  Buffer.concat(
    text
      .split(/([\udc80-\udcff])/u)
      .map((part, index) => (index % 2 === 0 ? Buffer.from(part, "utf8") : Buffer.of(part.charCodeAt(0) - 0xdc00))),
  );

/** A field as it stands in the table, to text. */
export const textOfField = (field: string): string => textOfBytes(unescapeOctal(field));

const beyondAscii = /[^\0-\x7f]/;

/** The Unicode standard, table 3-7 "Well-Formed UTF-8 Byte Sequences"; last, any single byte beyond ASCII. */
const wellFormedOrOneByte =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;
