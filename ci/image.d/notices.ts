import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NpmPackage } from "./npm-packages.ts";

/**
 * The licences that must travel with the binary: Mooring's own, then those of the packages bundled in it, which nearly all
 * demand that their notice be kept. A package that ships no licence file is named with the licence that it declares.
 */
export const noticesOf = (repository: string, packages: readonly NpmPackage[]): string => {
  const own = readFileSync(join(repository, "LICENSE"), "utf8").trimEnd();
  const others = packages.map(({ name, version, license, folder }) => {
    const title = `${name} ${version} (${license ?? "licence not declared"})`;
    return [title, "=".repeat(title.length), ...licenseFilesIn(join(repository, folder))].join("\n");
  });
  return `${[own, "The binary holds code of the following packages.", ...others].join("\n\n\n")}\n`;
};

const licenseFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
    .sort()
    .map((name) => `\n${readFileSync(join(folder, name), "utf8").trim()}`);
