import { expect, test } from "bun:test";
import fc from "fast-check";
import { LineQueue } from "../../agent/log/line-queue.ts";

test("what comes out is what went in, in order and whole, however little is written at a time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 200 }),
      (steps, limit) => {
        const queue = new LineQueue(limit);
        let expected = "";
        let dropped = 0;
        let out = Buffer.alloc(0);
        let waiting = 0;
        const write = (atMost: number) => {
          const part = queue.next().subarray(0, atMost);
          queue.written(part.length);
          out = Buffer.concat([out, part]);
          waiting -= part.length;
        };
        for (const step of steps) {
          if (typeof step === "number") {
            write(step);
            continue;
          }
          const line = `${step}\n`;
          queue.push(line);
          if (waiting + Buffer.byteLength(line) > limit) dropped += 1;
          else {
            waiting += Buffer.byteLength(line);
            expected += Buffer.from(line).toString();
          }
        }
        while (!queue.isEmpty) write(7);
        expect(out.toString()).toBe(expected);
        expect(queue.takeDropped()).toBe(dropped);
        expect(queue.takeDropped()).toBe(0);
      },
    ),
  );
});
