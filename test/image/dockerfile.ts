/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  name: string;
  words: string[];
  line: number;
}

/** Instructions of the Dockerfile reference that may stand in ours; anything else is a slip of the pen. */
const known = ["ARG", "FROM", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];

/** Parses what ours is written in: comments, continued lines, no heredocs and no escape directive. Throws with the line. */
export const instructionsIn = (dockerfile: string): Instruction[] => {
  const instructions: Instruction[] = [];
  let open: { text: string; line: number } | null = null;
  for (const [index, raw] of dockerfile.split("\n").entries()) {
    // A comment between continued lines is left out, as the engine does.
    if (raw.trim() === "" || raw.trimStart().startsWith("#")) continue;
    const text: string = open ? `${open.text} ${raw.trim()}` : raw;
    const line: number = open?.line ?? index + 1;
    open = text.endsWith("\\") ? { text: text.slice(0, -1).trimEnd(), line } : null;
    if (open) continue;
    const [, name = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(text) ?? [];
    if (!known.includes(name)) throw new Error(`line ${line}: '${text.split(" ")[0]}' is no instruction`);
    instructions.push({ name, words: rest.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [], line });
  }
  if (open) throw new Error(`line ${open.line}: goes on after the end of the file`);
  return instructions;
};
