import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DebianPackage } from "./debian-packages.ts";
import { type Elf, elfOf } from "./elf.ts";
import type { Entry } from "./tar.ts";

/** Where Debian keeps an architecture's libraries, and where its loader looks without a cache file. */
export const libraryFolders = {
  amd64: "usr/lib/x86_64-linux-gnu",
  arm64: "usr/lib/aarch64-linux-gnu",
} as const satisfies Record<Elf["machine"], string>;

export interface Libraries {
  entries: Entry[];
  /** Names of the packages that something was taken from. */
  from: string[];
}

/**
 * The loader and every library that a program links against, directly or through another, as they lie in unpacked Debian
 * packages. Throws when one is in none of them or is for another machine.
 */
export const librariesFor = (path: string, program: Uint8Array, packages: readonly DebianPackage[]): Libraries => {
  const { machine, interpreter, needed } = elfOf(path, program);
  if (interpreter === null) throw new Error(`${path} names no loader: a static program needs no libraries from Debian`);
  const folder = libraryFolders[machine];
  const entries = new Map<string, Entry>();
  const from = new Set<string>();

  const wanted = [basename(interpreter), ...needed];
  for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
    if (entries.has(name)) continue;
    const at = `${folder}/${name}`;
    const owner = packages.find(({ root }) => existsSync(join(root, at)));
    if (!owner) {
      const known = packages.map((each) => each.name).join(", ");
      throw new Error(
        `${name}, which the program links against, is in none of ${known}: add its Debian package to ci/image.d/debian.lock`,
      );
    }
    const content = readFileSync(join(owner.root, at));
    const library = elfOf(at, content);
    if (library.machine !== machine)
      throw new Error(`${at} of ${owner.name} is for ${library.machine}, the program for ${machine}`);
    entries.set(name, { kind: "file", path: at, mode: statSync(join(owner.root, at)).mode & 0o777, content });
    from.add(owner.name);
    wanted.push(...library.needed);
  }

  // The kernel opens the loader by the path in the program, which Debian has as links through /lib and /lib64.
  const loader: Entry = { kind: "link", path: interpreter.slice(1), to: `/${folder}/${basename(interpreter)}` };
  return { entries: [loader, ...entries.values()], from: [...from].sort() };
};
