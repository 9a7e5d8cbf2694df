/** What of a request has arrived, as far as anybody can tell: a part of it, what is no request for us, or one. */
export type Arrived = { kind: "part" } | Refusal | { kind: "request"; request: Request };

/** An answer that no endpoint gives. */
export interface Refusal {
  kind: "refusal";
  code: 400 | 405 | 408 | 413 | 414 | 431 | 500 | 505;
  /** One sentence. */
  why: string;
}

/** Bytes: far more than any scraper, probe or browser sends. */
const TARGET_LIMIT = 8 * 1024;
const HEAD_LIMIT = 16 * 1024;
const TERMINATOR = 4;

/**
 * Reads the head of a request (RFC 9112, sections 2 to 5) from all bytes that have arrived so far, by the letter: one way
 * to end a line, no folded fields, one Host. There is nothing here for a body to say, so a request that brings one is
 * refused, and what comes after a head is never looked at.
 */
export const readRequest = (received: Uint8Array): Arrived => {
  const { buffer, byteOffset, byteLength } = received;
  const text = Buffer.from(buffer, byteOffset, Math.min(byteLength, HEAD_LIMIT + TERMINATOR)).toString("latin1");
  // "a server … SHOULD ignore at least one empty line (CRLF) received prior to the request-line" (2.2)
  const start = text.startsWith("\r\n") ? 2 : 0;
  const end = text.indexOf("\r\n\r\n", start);
  if (end < 0) return unfinished(text.slice(start));
  const [first = "", ...fields] = text.slice(start, end).split("\r\n");
  const line = readLine(first);
  if (line.kind === "refusal") return line;
  const headers = readFields(fields);
  if (!(headers instanceof Headers)) return headers;
  return toRequest(line, headers);
};

const unfinished = (text: string): Arrived => {
  const line = text.indexOf("\r\n");
  if ((line < 0 ? text.length : line) > TARGET_LIMIT) return tooLong;
  return text.length > HEAD_LIMIT
    ? refuse(431, `the header fields are longer than ${HEAD_LIMIT} bytes`)
    : { kind: "part" };
};

interface Line {
  kind: "line";
  method: string;
  path: string;
  minor: string;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/;
/** `/path`, or the whole address as a proxy sends it (3.2.2). */
const TARGET = /^(?:https?:\/\/[^/?#]*)?(\/[^#]*)?$/i;

const readLine = (text: string): Line | Refusal => {
  if (text.length > TARGET_LIMIT) return tooLong;
  const [, method = "", target = "", major, minor = ""] = REQUEST_LINE.exec(text) ?? [];
  if (major === undefined) return refuse(400, "the first line is no request line");
  if (major !== "1") return refuse(505, "only HTTP/1 is spoken here");
  // Of others a Request cannot be made, or it would be one for GET.
  if (!known.has(method)) return refuse(405, "everything here is read-only: GET or HEAD");
  const found = TARGET.exec(target);
  return found ? { kind: "line", method, path: found[1] ?? "/", minor } : refuse(400, "the address is no path");
};

const known: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A name, a colon right behind it, and a value without control characters but the tab. Headers trims it. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;

const readFields = (lines: readonly string[]): Headers | Refusal => {
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return refuse(400, "a header field is malformed");
    if (/^(host|content-length)$/i.test(name) && headers.has(name)) return refuse(400, `there are two ${name} fields`);
    headers.append(name, value);
  }
  return headers;
};

const toRequest = ({ method, path, minor }: Line, headers: Headers): Arrived => {
  // Health checkers that speak HTTP/1.0 send none.
  if (minor !== "0" && !headers.has("host")) return refuse(400, "there is no Host field");
  const length = headers.get("content-length");
  if (length !== null && !/^\d+$/.test(length)) return refuse(400, "the Content-Length is no number");
  const isRead = method === "GET" || method === "HEAD";
  const bringsBody = Number(length) > 0 || headers.has("transfer-encoding");
  if (isRead && bringsBody) return refuse(413, "nothing here takes a body");
  return { kind: "request", request: new Request(`http://localhost${path}`, { method, headers }) };
};

const refuse = (code: Refusal["code"], why: string): Refusal => ({ kind: "refusal", code, why });
const tooLong = refuse(414, `the address is longer than ${TARGET_LIMIT} bytes`);
