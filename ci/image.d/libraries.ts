import { existsSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
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
export const librariesFor = (name: string, program: Uint8Array, packages: readonly DebianPackage[]): Libraries => {
  const { machine, interpreter, needed } = elfOf(name, program);
  if (interpreter === null) throw new Error(`${name} names no loader: a static program needs no libraries from Debian`);
  const folder = libraryFolders[machine];
  const entries = new Map<string, Entry>();
  const from = new Set<string>();

  const loader = basename(interpreter);
  const wanted = [loader, ...needed];
  for (let each = wanted.shift(); each !== undefined; each = wanted.shift()) {
    if (entries.has(each)) continue;
    const path = `${folder}/${each}`;
    const owner = packages.find(({ root }) => existsSync(join(root, path)));
    if (!owner) {
      const known = packages.map((one) => one.name).join(", ");
      throw new Error(
        `${each}, which ${name} needs, is in none of ${known}: add its Debian package to ci/image.d/debian.lock`,
      );
    }
    const content = readFileSync(join(owner.root, path));
    const library = elfOf(path, content);
    if (library.machine !== machine) {
      throw new Error(`${path} of ${owner.name} is for ${library.machine}, ${name} for ${machine}`);
    }
    // The kernel wants the loader executable; of the rest Debian has some so and some not.
    entries.set(each, { kind: "file", path, mode: 0o755, content });
    from.add(owner.name);
    wanted.push(...library.needed);
  }

  // The kernel opens the loader by the path in the program, which Debian has as links through /lib and /lib64.
  const path = interpreter.slice(1);
  const to = posix.relative(posix.dirname(path), `${folder}/${loader}`);
  return { entries: [{ kind: "link", path, to }, ...entries.values()], from: [...from].sort() };
};
