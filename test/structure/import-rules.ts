import { posix } from "node:path";
import { codeOf, importsOf, startedBy } from "./source.ts";

/** Which folders of agent/ a folder may import beside itself: downwards, never sideways. */
const below: Readonly<Record<string, readonly string[]>> = {
  core: [],
  kernel: ["core"],
  log: ["core"],
  http: ["core"],
  kubernetes: ["core"],
  keeper: ["core", "kernel"],
  volume: ["core", "kernel"],
  cli: ["core", "kernel", "log", "http", "kubernetes", "keeper", "volume"],
  // The front door knows the commands and nothing behind them.
  "main.ts": ["cli"],
};

/** Modules that only these folders may import. */
const only: readonly (readonly [module: RegExp, folders: readonly string[], why: string])[] = [
  [/^bun:ffi$/, ["kernel"], "the kernel is called in one place"],
  [/^@kubernetes\/client-node/, ["kubernetes"], "its transport has to be replaced in one place"],
  [/^yaml$/, ["core"], "configuration is read in one place"],
  [/^node:fs/, ["cli", "log", "volume", "kubernetes", "kernel"], "it may hang for ever on a volume"],
  [/^(node|bun):|^bun$/, ["cli", "log", "volume", "kubernetes", "kernel", "keeper", "http"], "core is pure"],
];

/** What core/ may not do, as it is written. */
const impure: readonly (readonly [code: RegExp, what: string])[] = [
  [/\bawait\b|\basync\b/, "waits"],
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bBun\.nanoseconds\b/, "reads the clock"],
  [/\bMath\.random\b|\bcrypto\b/, "draws lots"],
  [/\bprocess\./, "knows the process"],
  [/\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bqueueMicrotask\b/, "sets a timer"],
  [/\bconsole\./, "prints"],
  [/\bfetch\(/, "fetches"],
  [/\bBun\./, "asks the runtime"],
];

/** What is wrong with the sources, by path below agent/: one line for each, `path: what`. */
export const violationsIn = (sources: ReadonlyMap<string, string>): string[] =>
  [...sources].flatMap(([path, source]) => {
    const folder = path.split("/")[0] ?? "";
    if (!(folder in below)) return [`${path}: the folder ${folder} has no rule`];
    // The program may start itself anew: that is no import.
    const named = [...importsOf(source), ...startedBy(source).filter((each) => posix.basename(each) !== "main.ts")];
    const faults = named.flatMap((specifier) => faultOfImport(path, folder, specifier, sources));
    if (folder === "core") {
      const code = codeOf(source);
      faults.push(...impure.filter(([written]) => written.test(code)).map(([, what]) => `core ${what}`));
    }
    return faults.map((fault) => `${path}: ${fault}`);
  });

const faultOfImport = (
  path: string,
  folder: string,
  specifier: string,
  sources: ReadonlyMap<string, string>,
): string[] => {
  if (!specifier.startsWith(".")) {
    return only
      .filter(([module, folders]) => module.test(specifier) && !folders.includes(folder))
      .slice(0, 1)
      .map(([, , why]) => `imports ${specifier}: ${why}`);
  }
  // A Worker's file is named from agent/ in a compiled binary, and from its own place in the sources.
  const candidates = [posix.join(posix.dirname(path), specifier), posix.normalize(specifier)];
  const target = candidates.find((each) => sources.has(each));
  if (target === undefined) return [`imports ${specifier}, which is no file of agent/`];
  const to = target.split("/")[0] ?? "";
  if (to === folder || below[folder]?.includes(to)) return [];
  return [`imports ${specifier}: ${folder} may not know ${to}`];
};
