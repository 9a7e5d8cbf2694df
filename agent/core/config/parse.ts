import type { Config, Mount } from "./config.ts";
import { reportConflicts } from "./conflicts.ts";
import { type Data, readDocument } from "./document.ts";
import { type Environment, type Overrides, readEnvironment } from "./environment.ts";
import { type Draft, mostMounts, readMount } from "./mount.ts";
import { arrange, type Place, type Problem, placeOf } from "./problem.ts";
import { listOf, oneOf, section } from "./reader.ts";
import { readHttp, readKubernetes, readLog, readMonitor, readRecovery } from "./settings.ts";

export type ParsedConfig = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/**
 * Reads a configuration: the file's text (null when there is no file) and the environment, which wins. Tells every problem
 * there is at once. Pure; never throws.
 */
export const parseConfig = ({ text, environment }: { text: string | null; environment: Environment }): ParsedConfig => {
  const problems: Problem[] = [];
  const overrides = readEnvironment(environment, problems);
  const data = text === null ? null : readDocument(text, problems);
  // What the text means cannot be told; saying that mounts are missing in it would be wrong.
  if (data === undefined) return { ok: false, problems: arrange(problems) };

  const given = section(data, placeOf(problems), sections);
  /** A section as its reader wants it. */
  const raw = (key: (typeof sections)[number]): [Data, Place, Overrides] => [
    given.read(key, (value) => value) ?? null,
    given.place(key),
    overrides,
  ];
  const fromFile = readMounts(...raw("mounts"));
  const drafts = overrides.mounts ?? fromFile;
  const settings = {
    monitor: readMonitor(...raw("monitor")),
    recovery: readRecovery(...raw("recovery")),
    exit: given.read("exit", oneOf(["auto", "keep", "release"])) ?? "auto",
    rescue: given.read("rescue", oneOf(["move", "report"])) ?? "move",
    http: readHttp(...raw("http")),
    log: readLog(...raw("log")),
    kubernetes: readKubernetes(...raw("kubernetes")),
  } as const;
  reportConflicts(drafts, { file: settings.log.file, at: given.place("log").key("file") });
  if (problems.length > 0) return { ok: false, problems: arrange(problems) };
  return { ok: true, config: { mounts: drafts.flatMap(mountOf), ...settings } };
};

const sections = ["mounts", "monitor", "recovery", "exit", "rescue", "http", "log", "kubernetes"] as const;

const readMounts = (data: Data, at: Place, overrides: Overrides): Draft[] => {
  if (data === null || (Array.isArray(data) && data.length === 0)) {
    if (overrides.mounts === null)
      at.problem("is missing or empty; want a list of mounts, or MOUNT_PATHS in the environment");
    return [];
  }
  if (Array.isArray(data) && data.length > mostMounts) {
    at.problem(`are ${data.length}; want at most ${mostMounts}`);
    return [];
  }
  return listOf("mounts", readMount)(data, at) ?? [];
};

/** Empty when a problem was reported for what it cannot be without. */
const mountOf = ({ mount: { name, target, ...rest }, hostPath }: Draft): Mount[] =>
  name === null || target === null ? [] : [{ ...rest, name, target, hostPath: hostPath ?? target }];
