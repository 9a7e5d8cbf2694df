/** TypeScript with its comments and the contents of its plain strings blanked; line numbers stay. */
export const codeOf = (source: string): string =>
  source.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/(?![/*\s])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[dgimsuvy]*(?=\s*[.,;)\]\n])/g,
    (found) => found.replace(/[^\n]/g, " "),
  );

/** What a file imports, in any of the ways there are: types, values, for effect, later, as a Worker. */
export const importsOf = (source: string): string[] =>
  specifiersAfter(
    /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\brequire\s*\(\s*|\bnew\s+Worker\s*\(\s*)["'`]([^"'`\n]+)["'`]/g,
    source,
  );

/** Files that are named to be started: as a Worker, or as a process. */
export const startedBy = (source: string): string[] =>
  specifiersAfter(/(?:\bnew\s+URL\s*\(\s*|\bimport\.meta\.resolve\s*\(\s*)["'`](\.[^"'`\n]+)["'`]/g, source);

const specifiersAfter = (words: RegExp, source: string): string[] => {
  const withoutComments = source.replace(
    /("(?:[^"\\\n]|\\.)*"|`[^`]*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, text: string | undefined) => text ?? " ",
  );
  return [...withoutComments.matchAll(words)].map(([, specifier = ""]) => specifier);
};
