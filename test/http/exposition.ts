/** One family of metrics as a scraper reads it. */
export interface Family {
  type: string;
  help: string;
  /** `name{labels}` with sorted labels, to value. */
  samples: Map<string, number>;
}

/**
 * Reads the Prometheus text format 0.0.4 and is strict about it, as promtool is: every line is understood, HELP and TYPE
 * come once and before the samples, names and labels have the right characters, no sample comes twice.
 */
export const readExposition = (text: string): Map<string, Family> => {
  const families = new Map<string, Family>();
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  let current: { name: string; family: Family } | null = null;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, word, name = "", rest = ""] = comment;
      if (word === "HELP") {
        if (families.has(name)) throw new Error(`${name} comes twice`);
        current = { name, family: { type: "", help: rest, samples: new Map() } };
        families.set(name, current.family);
      } else {
        if (current?.name !== name || current.family.type !== "") throw new Error(`a TYPE out of place: ${line}`);
        if (!/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`unknown type: ${line}`);
        current.family.type = rest;
      }
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (!sample || current === null) throw new Error(`not understood: ${line}`);
    const [, name = "", labels = "", value = ""] = sample;
    const suffix = current.family.type === "histogram" ? /^_(bucket|sum|count)$/ : /^$/;
    if (!name.startsWith(current.name) || !suffix.test(name.slice(current.name.length)))
      throw new Error(`a sample out of place: ${line}`);
    const key = `${name}{${readLabels(labels).sort().join(",")}}`;
    if (current.family.samples.has(key)) throw new Error(`twice: ${key}`);
    const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
    if (Number.isNaN(number) && value !== "Nan" && value !== "NaN") throw new Error(`no number: ${line}`);
    current.family.samples.set(key, number);
  }
  return families;
};

const readLabels = (text: string): string[] => {
  const labels: string[] = [];
  let rest = text;
  while (rest !== "") {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")(,|$)/.exec(rest);
    if (!label) throw new Error(`no labels: ${text}`);
    labels.push(label[1] ?? "");
    rest = rest.slice(label[0].length);
  }
  return labels;
};
