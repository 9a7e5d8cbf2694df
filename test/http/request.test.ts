import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readRequest } from "../../agent/http/request.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** What became of it, in short: `GET /path`, a code, or `part`. */
const read = (text: string): string | number => {
  const arrived = readRequest(bytes(text));
  if (arrived.kind === "request") return `${arrived.request.method} ${new URL(arrived.request.url).pathname}`;
  return arrived.kind === "refusal" ? arrived.code : "part";
};

/** Each case with a name that fits on a line. */
const named = <T>(cases: readonly [text: string, found: T][]): [name: string, text: string, found: T][] =>
  cases.map(([text, found]) => [JSON.stringify(text.slice(0, 60)), text, found]);

const host = "Host: x\r\n";

describe("a request", () => {
  const good: [text: string, found: string][] = [
    [`GET /livez HTTP/1.1\r\n${host}\r\n`, "GET /livez"],
    [`\r\nGET /livez HTTP/1.1\r\n${host}\r\n`, "GET /livez"],
    ["GET /livez HTTP/1.0\r\n\r\n", "GET /livez"],
    [`HEAD / HTTP/1.1\r\n${host}\r\n`, "HEAD /"],
    [`POST /livez HTTP/1.1\r\n${host}Content-Length: 1000000\r\n\r\n`, "POST /livez"],
    [`PUT / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "PUT /"],
    [`GET http://node:8000/readyz HTTP/1.1\r\n${host}\r\n`, "GET /readyz"],
    [`GET http://node HTTP/1.1\r\n${host}\r\n`, "GET /"],
    [`GET /a/../livez?x=%00%zz HTTP/1.1\r\n${host}\r\n`, "GET /livez"],
    [`GET //livez HTTP/1.1\r\n${host}\r\n`, "GET //livez"],
    [`GET / HTTP/1.1\r\nhOST:x\r\nContent-Length: 0\r\nA:\r\nB: \t b \xff\t \r\n\r\n`, "GET /"],
    [`GET / HTTP/1.1\r\n${host}\r\nGET /next HTTP/1.1\r\n`, "GET /"],
    [`GET / HTTP/1.1\r\nHost: x${" ".repeat(100)}\r\n\r\n`, "GET /"],
  ];
  test.each(named(good))("%s is taken", (_, text, found) => expect(read(text)).toBe(found));

  test("brings its fields along, repeated ones together", () => {
    const arrived = readRequest(bytes(`GET / HTTP/1.1\r\n${host}Accept: a/b\r\nACCEPT: \tc/d \r\n\r\n`));
    expect(arrived.kind === "request" && arrived.request.headers.get("accept")).toBe("a/b, c/d");
  });
});

describe("refused", () => {
  const bad: [text: string, code: number][] = [
    ["GET / HTTP/1.1\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\n${host}${host}\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}Content-Length: 0x1\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host} folded\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\nHost : x\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}no colon\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}A: \0\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${host}A: a\rB: b\r\n\r\n`, 400],
    [`GET / HTTP/1.1\n${host}\n\r\n\r\n`, 400],
    [`GET  / HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET / \r\n${host}\r\n`, 400],
    [`GET /\xff HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET * HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET livez HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET file:///etc/passwd HTTP/1.1\r\n${host}\r\n`, 400],
    ["\0\x01\x02 rubbish\r\n\r\n", 400],
    ["\x16\x03\x01 a TLS client\r\n\r\n", 400],
    [`FROB / HTTP/1.1\r\n${host}\r\n`, 405],
    [`get / HTTP/1.1\r\n${host}\r\n`, 405],
    [`CONNECT x:1 HTTP/1.1\r\n${host}\r\n`, 405],
    [`TRACE / HTTP/1.1\r\n${host}\r\n`, 405],
    [`GET / HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\nx`, 413],
    [`HEAD / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`, 413],
    [`GET /${"a".repeat(9000)} HTTP/1.1\r\n${host}\r\n`, 414],
    [`GET /${"a".repeat(9000)}`, 414],
    ["\0".repeat(9000), 414],
    [`GET / HTTP/1.1\r\n${host}A: ${"a".repeat(20_000)}`, 431],
    [`GET / HTTP/1.1\r\n${host}A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    [`GET / HTTP/1.1\r\n${host}${"a: b\r\n".repeat(4000)}\r\n`, 431],
    [`GET / HTTP/2.0\r\n${host}\r\n`, 505],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ];
  test.each(named(bad))("%s", (_, text, code) => expect(read(text)).toBe(code));
});

test("nothing is found before the end of the head, and nothing after it matters", () => {
  const text = `GET /livez HTTP/1.1\r\n${host}Accept: text/plain\r\n\r\n`;
  for (let length = 0; length < text.length; length += 1) expect(read(text.slice(0, length))).toBe("part");
  expect(read(`${text}\0 whatever`)).toBe("GET /livez");
});

test("whatever bytes come, it is told what they are, and they never are kept for ever", () => {
  const piece = fc.oneof(
    fc.constantFrom("GET", "HEAD", " ", "/", "http://", "HTTP/1.1", "\r\n", "\r\n\r\n", "Host: x\r\n", ":", "\t", "\0"),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { kind } = readRequest(bytes(pieces.join("")));
      kinds.add(kind);
      expect(["part", "refusal", "request"]).toContain(kind);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 17_000, maxLength: 40_000 }), (much) => {
      expect(readRequest(much).kind).not.toBe("part");
    }),
    { numRuns: 20 },
  );
  expect(kinds.size).toBeGreaterThan(1);
});
