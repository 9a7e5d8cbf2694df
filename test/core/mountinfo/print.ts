import type { MountEntry } from "../../../agent/core/mountinfo/parse.ts";

/** The kernel's show_mountinfo() (fs/proc_namespace.c): an entry back to the bytes of its line, line end included. */
export const printMountinfoLine = (entry: MountEntry): Uint8Array => {
  const tags = [
    entry.shared === null ? [] : [`shared:${entry.shared}`],
    entry.master === null ? [] : [`master:${entry.master}`],
    entry.propagateFrom === null ? [] : [`propagate_from:${entry.propagateFrom}`],
    entry.unbindable ? ["unbindable"] : [],
  ].flat();
  const fields = [
    `${entry.id} ${entry.parentId} ${entry.device}`,
    escaped(entry.root, inPaths),
    escaped(entry.mountPoint, inPaths),
    entry.options.join(","),
    ...tags,
    "-",
    escaped(entry.fsType, inSources),
    escaped(entry.source, inSources),
    entry.superOptions.map((option) => escaped(option, inOptions)).join(","),
  ];
  return bytesOfText(`${fields.join(" ")}\n`);
};

export const printMountinfo = (entries: readonly MountEntry[]): Uint8Array =>
  Buffer.concat(entries.map(printMountinfoLine));

/** The inverse of `textOfBytes`: lone surrogates U+DC80 to U+DCFF are single bytes, all else is UTF-8. */
export const bytesOfText = (text: string): Uint8Array =>
  Buffer.concat(
    text
      .split(/([\udc80-\udcff])/u)
      .map((part, index) => (index % 2 ? Buffer.from([part.charCodeAt(0) - 0xdc00]) : Buffer.from(part, "utf8"))),
  );

const escaped = (text: string, characters: RegExp): string =>
  text.replace(characters, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, "0")}`);

const inPaths = /[ \t\n\\]/g;
const inSources = /[ \t\n\\#]/g;
const inOptions = /[ \t\n\\,]/g;
