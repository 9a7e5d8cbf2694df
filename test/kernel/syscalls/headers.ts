/** What the system's C headers define: each name with its number, as the C preprocessor of this machine sees them. */
export const definedIn = (header: string, ...options: string[]): Map<string, number> => {
  const dump = Bun.spawnSync(["cc", "-E", "-dM", "-include", header, ...options, "-x", "c", "/dev/null"]);
  if (dump.exitCode !== 0) throw new Error(`cc -E ${header}:\n${dump.stderr.toString()}`);
  const texts = new Map(
    [...dump.stdout.toString().matchAll(/^#define (\w+) (\w+)$/gm)].map(([, name = "", text = ""]) => [name, text]),
  );
  const numberOf = (text: string): number => {
    const other = texts.get(text);
    if (other !== undefined) return numberOf(other);
    return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  };
  const numbers = new Map<string, number>();
  for (const [name, text] of texts) {
    const number = numberOf(text);
    if (Number.isInteger(number)) numbers.set(name, number);
  }
  return numbers;
};
