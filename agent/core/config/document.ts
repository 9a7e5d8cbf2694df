import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { printable } from "../printable.ts";
import { type Place, type Problem, placeOf, quote } from "./problem.ts";

/** What a configuration text can hold. Mappings are Maps: keys come from outside, and `__proto__` is one like any other. */
export type Data = null | boolean | number | string | readonly Data[] | ReadonlyMap<string, Data>;

/**
 * The longest text that is read. A thousand mounts fit; a megabyte of the worst YAML would keep the main thread busy for
 * seconds at a reload.
 */
export const maximumBytes = 256 * 1024;

/**
 * Reads YAML 1.2 into plain data, of which the Problems tell what is not accepted: equal keys, several documents, anchors,
 * aliases and tags (nothing in a configuration needs them, and bombs are made of them), keys that are not text. Undefined when
 * it is not YAML at all.
 */
export const readDocument = (text: string, problems: Problem[]): Data | undefined => {
  const root = placeOf(problems);
  const unreadable = whyUnreadable(text);
  if (unreadable !== null) {
    return root.problem(unreadable);
  }
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false, // its error has no path; ours below has
    prettyErrors: false,
    logLevel: "error", // "silent" hides further documents
    lineCounter: lines,
  });
  const faults = [...document.errors, ...document.warnings];
  for (const { code, message, pos } of faults.slice(0, mostFaults)) {
    problems.push({ path: at(pos[0]), message: explained[code] ?? `not valid YAML: ${printable(message)}` });
  }
  if (faults.length > 0) return undefined;
  const line = (node: Node): number => lines.linePos(node.range?.[0] ?? 0).line;
  return document.contents === null ? null : dataOf(document.contents, { at: root, depth: 0, line });
};

/** One mistake makes the parser stumble over all that follows. */
const mostFaults = 5;

/** Nothing in a configuration lies deeper than mounts, one mount, directories, one directory, its keys. */
const deepest = 16;

const whyUnreadable = (text: string): string | null => {
  if (Buffer.byteLength(text) > maximumBytes) return `is larger than ${maximumBytes / 1024} KiB`;
  if (text.includes("\0")) return "holds a NUL character: want YAML as text";
  if (!text.isWellFormed()) return "is not valid Unicode: want YAML as UTF-8 text";
  return null;
};

/** In our words where the parser's say little about what to do. */
const explained: Record<string, string> = {
  BLOCK_AS_IMPLICIT_KEY:
    "not valid YAML: a second ': ' in one line, or a line that is indented too far; a text with ': ' wants quotes",
  MULTILINE_IMPLICIT_KEY: "not valid YAML: a line without 'key: value', or one that is indented too far",
  MULTIPLE_DOCS: "a second document begins here; want exactly one",
  TAB_AS_INDENT: "a tab; YAML is indented with spaces",
  TAG_RESOLVE_FAILED: "a tag (!); want no tag but the plain value",
  RESOURCE_EXHAUSTION: "nested too deeply",
};

interface Walk {
  at: Place;
  depth: number;
  line: (node: Node) => number;
}

const dataOf = (node: Node, { at, depth, line }: Walk): Data => {
  const refuse = (why: string): null => {
    at.problem(`${why} (line ${line(node)})`);
    return null;
  };
  if (depth > deepest) return refuse("is nested too deeply");
  if (isAlias(node)) return refuse("aliases (*) are not accepted; write the value itself");
  if ("anchor" in node && node.anchor)
    return refuse("anchors (&) are not accepted; write the value where it is needed");
  if (node.tag) return refuse(`the tag ${quote(node.tag)} is not accepted; write the plain value`);
  const child = (value: unknown, place: Place): Data =>
    isNode(value) ? dataOf(value, { at: place, depth: depth + 1, line }) : null;

  if (isSeq(node)) return node.items.map((item, index) => child(item, at.index(index)));
  if (isMap(node)) {
    const map = new Map<string, Data>();
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== "string") {
        at.problem(`a key is not text${isNode(key) ? ` (line ${line(key)})` : ""}; put it in quotes`);
      } else if (map.has(key.value)) {
        at.key(key.value).problem(`is given twice (again in line ${line(key)}); keep one`);
      } else {
        map.set(key.value, child(value, at.key(key.value)));
      }
    }
    return map;
  }
  const value: unknown = isScalar(node) ? node.value : null;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
};
