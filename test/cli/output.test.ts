import { expect, test } from "bun:test";
import { Writable } from "node:stream";
import { OutputError, printer } from "../../agent/cli/output.ts";

const failingWith = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
  });

test("text is written in order, and is out when the promise resolves", async () => {
  const written: string[] = [];
  const print = printer(
    () =>
      new Writable({
        write: (chunk, _encoding, done) => {
          written.push(String(chunk));
          setImmediate(done);
        },
      }),
  );
  await print("a");
  expect(written).toEqual(["a"]);
  await Promise.all([print("b"), print("c")]);
  expect(written).toEqual(["a", "b", "c"]);
});

test("a stream that is not needed is not opened", async () => {
  let opened = 0;
  const print = printer(() => {
    opened++;
    return new Writable({ write: (_chunk, _encoding, done) => done() });
  });
  expect(opened).toBe(0);
  await print("a");
  await print("b");
  expect(opened).toBe(1);
});

test("a reader that has gone is no error, a full disk is", async () => {
  await printer(() => failingWith("EPIPE"))("a");
  expect(printer(() => failingWith("ENOSPC"))("a")).rejects.toThrow(new OutputError("cannot write: ENOSPC"));
});
