import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const comment = (name: string): string => `<!-- snippet: ${name} -->\n\`\`\`yaml\n`;

/**
 * The YAML documents of a block in docs/consumers.md, so that what people copy is what is tested. `exchanged` names what a story
 * has to call otherwise, such as a path that another story uses at the same time.
 * @throws when there is no such block, it is no YAML, or it does not hold something that is to be exchanged.
 */
export const snippet = <T>(name: string, exchanged: Readonly<Record<string, string>>): T[] => {
  const text = readFileSync(new URL("../../../docs/consumers.md", import.meta.url), "utf8");
  const start = text.indexOf(comment(name));
  if (start < 0) throw new Error(`docs/consumers.md has no snippet ${name}`);
  const from = start + comment(name).length;
  let block = text.slice(from, text.indexOf("\n```", from));
  for (const [written, instead] of Object.entries(exchanged)) {
    if (!block.includes(written)) throw new Error(`snippet ${name} does not say ${written}`);
    block = block.replaceAll(written, instead);
  }
  return parseAllDocuments(block).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as T;
  });
};
