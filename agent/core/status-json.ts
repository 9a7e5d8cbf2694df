import { printableJson } from "./printable.ts";
import type { Status } from "./status.ts";

/** The snapshot as JSON: inode numbers as strings, since they need 64 bits; nothing in it can steer a terminal. */
export const statusJson = (status: Status): string =>
  `${printableJson(JSON.stringify(status, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 2))}\n`;
