import { type Directory, type Mount, type MountOption, mountOptions } from "./config.ts";
import { dnsLabel } from "./names.ts";
import { absolutePath, pathInVolume } from "./path.ts";
import type { Place } from "./problem.ts";
import { size } from "./quantity.ts";
import {
  describe,
  flag,
  listOf,
  oneOf,
  type Reader,
  type Section,
  sectionOf,
  textThat,
  wholeNumber,
} from "./reader.ts";

/** A mount as far as it could be read, and where it stands. `name` and `target` are null after a problem was reported. */
export interface Draft {
  at: Place;
  mount: Omit<Mount, "name" | "target" | "hostPath"> & { name: string | null; target: string | null };
  /** null where it is not given: it is the target then. */
  hostPath: string | null;
}

/** Each has a volume child and a place in the one status; more is a mistake. */
export const mostMounts = 1000;

const keys = [
  "name",
  "source",
  "sourceMustBeMount",
  "target",
  "hostPath",
  "options",
  "mode",
  "directories",
  "onForeign",
  "onHang",
  "minFree",
] as const;

export const readMount: Reader<Draft> = (data, at) => {
  const given = sectionOf(keys)(data, at);
  if (given === undefined) return undefined;
  for (const key of ["name", "target"] as const) {
    if (!given.has(key)) given.place(key).problem(`is missing; want ${key === "name" ? "a name" : "an absolute path"}`);
  }
  if (!given.has("source")) refuseWhatNeedsASource(given);
  const name = given.read("name", dnsLabel) ?? null;
  const target = given.read("target", absolutePath) ?? null;
  const free = given.read("minFree", sectionOf(["bytes", "inodes"]));
  const source = given.read("source", absolutePath) ?? null;
  const defaults = source === null && !given.has("source") ? watched : managed;
  return {
    at,
    hostPath: given.read("hostPath", absolutePath) ?? null,
    mount: {
      name,
      source,
      sourceMustBeMount: given.read("sourceMustBeMount", flag) ?? defaults.sourceMustBeMount,
      target,
      options: given.read("options", options) ?? [...defaults.options],
      mode: given.read("mode", mode) ?? null,
      directories: given.read("directories", directories) ?? [],
      onForeign: given.read("onForeign", oneOf(["report", "replace"])) ?? "report",
      onHang: given.read("onHang", oneOf(["report", "abort"])) ?? "report",
      minFree: { bytes: free?.read("bytes", size) ?? 0, inodes: free?.read("inodes", count) ?? 0 },
    },
  };
};

/** A draft of nothing but these paths. */
export const draftOf = (at: Place, paths: { name: string; source: string | null; target: string }): Draft => {
  const { sourceMustBeMount, options } = paths.source === null ? watched : managed;
  return {
    at,
    hostPath: null,
    mount: {
      ...paths,
      sourceMustBeMount,
      options: [...options],
      mode: null,
      directories: [],
      onForeign: "report",
      onHang: "report",
      minFree: { bytes: 0, inodes: 0 },
    },
  };
};

interface Defaults {
  sourceMustBeMount: boolean;
  options: readonly MountOption[];
}
const managed: Defaults = { sourceMustBeMount: true, options: ["nosuid", "nodev"] };
/** Without a source the agent makes no mount, so there is nothing to ask of it. */
const watched: Defaults = { sourceMustBeMount: false, options: [] };

/** A watched mount is somebody else's: it is put back as it was, never changed. */
const refuseWhatNeedsASource = (given: Section<(typeof keys)[number]>): void => {
  const needs: Partial<Record<(typeof keys)[number], (value: unknown) => boolean>> = {
    sourceMustBeMount: (value) => value === true,
    options: (value) => !Array.isArray(value) || value.length > 0,
    mode: () => true,
    directories: (value) => !Array.isArray(value) || value.length > 0,
    onForeign: (value) => value === "replace",
  };
  for (const key of keys) {
    given.read(key, (value, at) =>
      needs[key]?.(value)
        ? at.problem(`needs a source; a mount without one is only watched: give it a source or leave ${key} out`)
        : undefined,
    );
  }
};

/** In one order whatever order they are written in: two configurations that say the same are the same. */
const options: Reader<MountOption[]> = (data, at) => {
  const given = listOf(mountOptions.join(", "), oneOf(mountOptions))(data, at);
  if (given === undefined) return undefined;
  if (new Set(given).size < given.length) at.problem("names an option twice; want each once");
  return mountOptions.filter((option) => given.includes(option));
};

/** chmod(2). A number is refused: YAML reads 1777 as decimal and 0o1777 as 1023, and one of them is not what was meant. */
const octal = textThat('permission bits in octal such as "1777"', (text) =>
  /^0?[0-7]{3,4}$/.test(text) ? null : "is not allowed",
);
const mode: Reader<number> = (data, at) => {
  if (typeof data === "number") {
    return at.problem(`is ${describe(data)}; want permission bits in octal, in quotes, such as "1777" or "0770"`);
  }
  const text = octal(data, at);
  return text === undefined ? undefined : Number.parseInt(text, 8);
};

const count = wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** The highest one, 2^32-1, means "leave as it is" to chown(2). */
const id = wholeNumber({ min: 0, max: 2 ** 32 - 2 });

const directory: Reader<Directory> = (data, at) => {
  const given = sectionOf(["path", "uid", "gid", "mode"])(data, at);
  if (given === undefined) return undefined;
  if (!given.has("path")) return given.place("path").problem("is missing; want a path below the volume's root");
  const rest = {
    uid: given.read("uid", id) ?? null,
    gid: given.read("gid", id) ?? null,
    mode: given.read("mode", mode) ?? null,
  };
  const path = given.read("path", pathInVolume);
  return path === undefined ? undefined : { path, ...rest };
};

const directories: Reader<Directory[]> = (data, at) => {
  const firsts = new Map<string, string>();
  return listOf("directories", (item, place) => {
    const read = directory(item, place);
    if (read === undefined) return undefined;
    const first = firsts.get(read.path);
    if (first !== undefined) return place.key("path").problem(`is the same as that of ${first}; want each path once`);
    firsts.set(read.path, place.path);
    return read;
  })(data, at);
};
