/** One thing in an archive. Everything belongs to 0:0 and has no time: only the content decides about the bytes. */
export type Entry =
  | { kind: "file"; path: string; mode: number; content: Uint8Array }
  | { kind: "directory"; path: string; mode: number }
  | { kind: "link"; path: string; to: string };

const block = 512;
const flags = { file: "0", link: "2", directory: "5" } as const;

/** A ustar archive (POSIX.1-1988) of the entries and their parents, sorted by path. The same entries in any order give the same bytes. */
export const tarOf = (entries: readonly Entry[]): Uint8Array => {
  const sorted = withParents(entries);
  const sizes = sorted.map((entry) => (entry.kind === "file" ? entry.content.length : 0));
  // Two blocks of zeros end an archive.
  const archive = new Uint8Array(sizes.reduce((sum, size) => sum + block + padded(size), 2 * block));
  let at = 0;
  for (const [index, entry] of sorted.entries()) {
    archive.set(headerOf(entry, sizes[index] ?? 0), at);
    if (entry.kind === "file") archive.set(entry.content, at + block);
    at += block + padded(sizes[index] ?? 0);
  }
  return archive;
};

const padded = (size: number): number => Math.ceil(size / block) * block;

const withParents = (entries: readonly Entry[]): Entry[] => {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    if (!/^[\x21-\x7e]+$/.test(entry.path) || entry.path.split("/").some((part) => ["", ".", ".."].includes(part))) {
      throw new Error(`'${entry.path}' is no plain relative path`);
    }
    if (byPath.has(entry.path)) throw new Error(`two entries for ${entry.path}`);
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      const there = byPath.get(parent);
      if (there && there.kind !== "directory") throw new Error(`${path} lies below ${parent}, which is no directory`);
      if (!there) byPath.set(parent, { kind: "directory", path: parent, mode: 0o755 });
    }
  }
  return [...byPath.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
};

const headerOf = (entry: Entry, size: number): Uint8Array => {
  const header = new Uint8Array(block);
  const put = (at: number, width: number, text: string): void => {
    if (text.length > width) throw new Error(`${entry.path}: '${text}' is longer than the ${width} bytes of its field`);
    header.set(new TextEncoder().encode(text), at);
  };
  const octal = (at: number, width: number, value: number): void =>
    put(at, width, value.toString(8).padStart(width - 1, "0"));

  const { name, prefix } = split(entry.kind === "directory" ? `${entry.path}/` : entry.path);
  put(0, 100, name);
  octal(100, 8, entry.kind === "link" ? 0o777 : entry.mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, 0);
  put(148, 8, " ".repeat(8));
  put(156, 1, flags[entry.kind]);
  if (entry.kind === "link") put(157, 100, entry.to);
  put(257, 8, "ustar\x0000");
  octal(329, 8, 0);
  octal(337, 8, 0);
  put(345, 155, prefix);
  // Over the header with blanks in its own place; six digits, NUL, blank.
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, 8, `${sum.toString(8).padStart(6, "0")}\x00 `);
  return header;
};

/** A path over 100 bytes is cut at a slash in two, of 155 and 100 bytes at most. */
const split = (path: string): { name: string; prefix: string } => {
  if (path.length <= 100) return { name: path, prefix: "" };
  const cut = path.indexOf("/", path.length - 101);
  if (cut < 0 || cut > 155) throw new Error(`${path} is too long for an archive`);
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
};
