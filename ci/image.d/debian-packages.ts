import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A Debian package that ci/image.d/debian has unpacked. */
export interface DebianPackage {
  name: string;
  version: string;
  architecture: string;
  /** The source package that it was built from. */
  source: string;
  homepage: string | null;
  /** Of the .deb file. */
  sha256: string;
  /** The control file's text. */
  control: string;
  /** Folder with the package's files. */
  root: string;
  /** Debian's short name of the licence that most of its files have (copyright-format 1.0, `Files: *`); null when it does not say. */
  license: string | null;
}

/** Reads FOLDER/NAME/{control,sha256,root}. Throws on a package without name, version or architecture. */
export const debianPackagesIn = (folder: string): DebianPackage[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => packageIn(join(folder, name)))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

const packageIn = (folder: string): DebianPackage => {
  const control = readFileSync(join(folder, "control"), "utf8");
  const root = join(folder, "root");
  const field = (name: string): string | null => fieldOf(control, name);
  const must = (name: string): string => {
    const value = field(name);
    if (value === null) throw new Error(`${folder}/control has no field ${name}`);
    return value;
  };
  const name = must("Package");
  const copyright = join(root, "usr/share/doc", name, "copyright");
  return {
    name,
    version: must("Version"),
    architecture: must("Architecture"),
    // "glibc", or "glibc (1.2)" where the source has a version of its own.
    source: field("Source")?.split(" ")[0] ?? name,
    homepage: field("Homepage"),
    sha256: readFileSync(join(folder, "sha256"), "utf8").trim(),
    control,
    root,
    license: existsSync(copyright) ? mainLicenseIn(readFileSync(copyright, "utf8")) : null,
  };
};

const fieldOf = (paragraph: string, name: string): string | null =>
  new RegExp(`^${name}:[ \\t]*(.+)$`, "m").exec(paragraph)?.[1]?.trim() ?? null;

/** The licence of `Files: *` in a machine-readable copyright file. */
export const mainLicenseIn = (copyright: string): string | null => {
  const paragraph = copyright.split(/\n\s*\n/).find((each) => fieldOf(each, "Files") === "*");
  return paragraph === undefined ? null : fieldOf(paragraph, "License");
};

/** Debian's short name of a GNU licence as an SPDX expression; null for the others, whose names are Debian's own. */
export const spdxOfDebian = (license: string | null): string | null => {
  const [, family, version, later] = /^(L?GPL)-(\d+(?:\.\d+)?)(\+?)$/.exec(license ?? "") ?? [];
  if (family === undefined || version === undefined) return null;
  return `${family}-${version.includes(".") ? version : `${version}.0`}-${later ? "or-later" : "only"}`;
};
