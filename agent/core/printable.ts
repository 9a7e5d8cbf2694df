/**
 * Text of others (paths, names, answers) made safe for a terminal and a page: control characters, invisible and
 * direction-changing ones, and bytes that are no text become visible escapes. At most `limit` characters are kept of it.
 * What is already printable stays as it is, so applying it twice changes nothing.
 */
export const printable = (text: string, limit = 1000): string => {
  const kept = text.length > limit ? `${text.slice(0, endOfCharacter(text, limit))}…` : text;
  return kept.replace(unprintable, (found) => known[found] ?? escaped(found));
};

// \p{C}: control, format, lone surrogates, private and unassigned; \p{Zl} and \p{Zp}: line ends by another name.
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

const known: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The same for JSON, whose own rules let most of these through: they become \uXXXX, so that the value is not changed. */
export const printableJson = (json: string): string =>
  json.replace(unprintable, (found) => (layout.has(found) ? found : unitsOf(found)));

/** Between the values of JSON; inside of strings it escapes these itself. */
const layout = new Set(["\n", "\r", "\t"]);

const unitsOf = (found: string): string =>
  Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/** A byte that was no text stands in it as U+DC80 to U+DCFF (see mountinfo/bytes.ts). */
const escaped = (found: string): string => {
  const point = found.codePointAt(0) ?? 0;
  return point >= 0xdc80 && point <= 0xdcff ? `\\x${hex(point - 0xdc00)}` : `\\u{${hex(point)}}`;
};

const hex = (number: number): string => number.toString(16).padStart(2, "0");

/** Not between the two halves of one character. */
const endOfCharacter = (text: string, at: number): number => {
  const last = text.charCodeAt(at - 1);
  return last >= 0xd800 && last <= 0xdbff ? at - 1 : at;
};
