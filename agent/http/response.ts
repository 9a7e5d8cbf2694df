import type { Refusal } from "./request.ts";

/** The bytes of a response (RFC 9112), the last ones of its connection. */
export const writeResponse = async (response: Response): Promise<Uint8Array> => {
  const { status } = response;
  const body = new Uint8Array(await response.arrayBuffer());
  const fields = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = response.headers.has("content-length") ? "" : `content-length: ${body.length}\r\n`;
  const head = `HTTP/1.1 ${status} ${phrases[status] ?? "Unnamed"}\r\n${fields}${length}${common()}`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
};

export const writeRefusal = ({ code, why }: Refusal): Uint8Array => {
  const body = `${why}\n`;
  const allow = code === 405 ? "allow: GET, HEAD\r\n" : "";
  const fields = `content-type: text/plain; charset=utf-8\r\ncontent-length: ${body.length}\r\n${allow}`;
  return Buffer.from(`HTTP/1.1 ${code} ${phrases[code] ?? "Unnamed"}\r\n${fields}${common()}${body}`, "latin1");
};

const common = (): string => `date: ${new Date().toUTCString()}\r\nconnection: close\r\n\r\n`;

/** Of the codes that are ever sent: RFC 9110, section 15, and RFC 6585. */
const phrases: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};
