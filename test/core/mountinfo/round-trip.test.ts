import { expect, test } from "bun:test";
import fc from "fast-check";
import { textOfBytes } from "../../../agent/core/mountinfo/bytes.ts";
import { type MountEntry, parseMountinfo, parseMountinfoLine } from "../../../agent/core/mountinfo/parse.ts";
import { bytesOfText, printMountinfo, printMountinfoLine } from "./print.ts";

/** Any bytes but NUL, which no path holds. */
const bytes = (max: number) =>
  fc.uint8Array({ maxLength: max, min: 1, max: 255 }).map((data) => Buffer.from(data).toString("latin1"));
const text = (max: number) => bytes(max).map(textOfBytes);
const id = fc.integer({ min: 0, max: 0x7fffffff });
const word = fc.stringMatching(/^[a-z][a-z0-9_=]{0,12}$/);
const group = fc.option(id, { nil: null });

const entry: fc.Arbitrary<MountEntry> = fc.record({
  id,
  parentId: id,
  device: fc.tuple(fc.nat(4095), fc.nat(1048575)).map(([major, minor]) => `${major}:${minor}`),
  root: text(40).map((path) => `/${path}`),
  mountPoint: text(40).map((path) => `/${path}`),
  options: fc.array(word, { minLength: 1, maxLength: 5 }),
  shared: group,
  master: group,
  propagateFrom: group,
  unbindable: fc.boolean(),
  fsType: text(10).filter((type) => type !== ""),
  source: text(20),
  superOptions: fc.array(
    text(12).filter((option) => option !== "" && !option.includes('"')),
    { minLength: 1, maxLength: 5 },
  ),
});

test("what the kernel prints is read back, whatever bytes the paths hold", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      expect(parseMountinfo(printMountinfo(entries))).toEqual(entries);
    }),
    { numRuns: 2000 },
  );
});

test("bytes to text and back loses nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      expect(bytesOfText(textOfBytes(Buffer.from(data).toString("latin1")))).toEqual(Buffer.from(data));
    }),
    { numRuns: 5000 },
  );
});

test("valid UTF-8 is read as the text it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (path) => {
      expect(textOfBytes(Buffer.from(path, "utf8").toString("latin1"))).toBe(path);
    }),
    { numRuns: 2000 },
  );
});

test("no input whatever makes it throw", () => {
  const almost = fc
    .tuple(entry, fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }))
    .map(([of, changes]) => {
      const line = Buffer.from(printMountinfoLine(of));
      for (const [at, byte] of changes) line[at % line.length] = byte;
      return line;
    });
  fc.assert(
    fc.property(fc.oneof(almost, fc.uint8Array({ maxLength: 300 })), (table) => {
      for (const found of parseMountinfo(table)) expect(found.mountPoint).toStartWith("/");
      parseMountinfoLine(table);
    }),
    { numRuns: 5000 },
  );
});
