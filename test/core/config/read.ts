import type { Config } from "../../../agent/core/config/config.ts";
import type { Environment } from "../../../agent/core/config/environment.ts";
import { parseConfig } from "../../../agent/core/config/parse.ts";

/** The configuration a text and an environment come to; throws what is wrong with them. */
export const configFrom = (text: string | null, environment: Environment = {}): Config => {
  const parsed = parseConfig({ text, environment });
  if (parsed.ok) return parsed.config;
  throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
};

/** The problems of a text and an environment, as lines; none when it is right. */
export const problemsOf = (text: string | null, environment: Environment = {}): string[] => {
  const parsed = parseConfig({ text, environment });
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
};

/** A right configuration of one mount, with these lines after it. */
export const withMount = (more: string): string => `mounts: [{name: a, source: /s/a, target: /t/a}]\n${more}`;

/** A right mount with these keys after it. */
export const mountWith = (more: string): string => `mounts:\n  - {name: a, source: /s/a, target: /t/a, ${more}}`;
