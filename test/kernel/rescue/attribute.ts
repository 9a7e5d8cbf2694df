// attribute.ts PATH NAME [HEX]: prints an extended attribute of a file as hex, or sets it first.
import { dlopen } from "bun:ffi";

const [path = "", name = "", hex] = process.argv.slice(2);
const { symbols } = dlopen("libc.so.6", {
  setxattr: { args: ["cstring", "cstring", "ptr", "u64", "i32"], returns: "i32" },
  getxattr: { args: ["cstring", "cstring", "ptr", "u64"], returns: "i64" },
});
const text = (value: string) => Buffer.from(`${value}\0`);
if (hex !== undefined) {
  const value = Buffer.from(hex, "hex");
  if (symbols.setxattr(text(path), text(name), value, value.length, 0) !== 0) throw new Error(`${name} cannot be set`);
}
const found = Buffer.alloc(4096);
const size = Number(symbols.getxattr(text(path), text(name), found, found.length));
console.log(size < 0 ? "none" : found.subarray(0, size).toString("hex"));
