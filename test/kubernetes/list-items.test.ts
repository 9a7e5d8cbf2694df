import { expect, test } from "bun:test";
import fc from "fast-check";
import { linesOf } from "../../agent/kubernetes/lines.ts";
import { readListItems } from "../../agent/kubernetes/list-items.ts";
import { messageOf } from "../kernel/harness/until.ts";

/** The same bytes in pieces of these sizes. */
async function* pieces(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.slice(at, at + size);
    at += size;
  }
}
const read = async (text: string, sizes: readonly number[] = [7]) => {
  const items: unknown[] = [];
  const around = await readListItems(pieces(text, sizes), (item) => items.push(item));
  return { items, around };
};
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

test("a list is taken apart, and what stands around the items is kept", async () => {
  const list = {
    kind: "PodList",
    metadata: { resourceVersion: "7", x: ["}", "]"] },
    items: [{ a: [1, { b: ']}\\"' }] }, {}],
  };
  const { items, around } = await read(JSON.stringify(list));
  expect(items).toEqual(list.items);
  expect(around).toEqual({ ...list, items: [] });
});

test("in any pieces and any spacing, whatever the objects hold", async () => {
  const item = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 5 }), fc.constantFrom(0, 2), sizes, async (objects, indent, cut) => {
      // A lone surrogate is no text that could travel.
      const list = JSON.parse(
        JSON.stringify({ before: 1, items: objects, metadata: { resourceVersion: "1" } }).toWellFormed(),
      );
      const { items, around } = await read(JSON.stringify(list, null, indent), cut);
      expect(items).toEqual(list.items);
      expect(around).toEqual({ ...list, items: [] });
    }),
  );
});

test("no list is an error, never endless", async () => {
  for (const text of ["", "<html>", '{"items":[{"a":1}', '{"items":[{"a"}]}', "]]]]", '{"items":['])
    expect(await messageOf(read(text))).not.toBe("");
  expect(await read("[1,2]")).toEqual({ items: [], around: [1, 2] });
  expect(await read('{"other":[{"a":1}]}')).toEqual({ items: [], around: { other: [{ a: 1 }] } });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), sizes, async (text, cut) => {
      await read(text, cut).catch(() => {});
    }),
  );
});

test("an object larger than any honest one is refused", async () => {
  const large = `{"items":[{"a":"${"x".repeat(5 * 1024 * 1024)}"}]}`;
  expect(await messageOf(read(large, [65_536]))).toContain("larger than 4194304 bytes");
});

const lines = async (text: string, cut: readonly number[]) => {
  const found: string[] = [];
  for await (const line of linesOf(pieces(text, cut))) found.push(line);
  return found;
};

test("lines come whole, in any pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", ""))),
      sizes,
      async (given, cut) => {
        expect(await lines(given.map((line) => `${line}\n`).join(""), cut)).toEqual(given);
      },
    ),
  );
  expect(await lines("a\nhalf", [3])).toEqual(["a", "half"]);
  expect(await messageOf(lines("x".repeat(5 * 1024 * 1024), [65_536]))).toContain("longer than 4194304");
});
