/** An npm package whose code is in the binary. */
export interface NpmPackage {
  name: string;
  version: string;
  /** As the package declares it, usually an SPDX expression. */
  license: string | null;
  /** `sha512-…` of its archive. */
  integrity: string | null;
  /** Folder below the repository, such as `node_modules/hono`. */
  folder: string;
}

interface Lock {
  packages: Record<string, { version?: string; license?: string; integrity?: string }>;
}

interface Metafile {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
}

/**
 * The packages of which the bundler put something into the binary, and Bun itself, which the rest of the binary is. Taken from
 * the bundler's own account, because most of what is installed is never imported. Throws when a bundled package is not locked.
 */
export const npmPackagesIn = (metafile: Metafile, lock: Lock): NpmPackage[] => {
  const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(["node_modules/bun", ...bundled.flatMap((path) => folderOf(path) ?? [])]);
  return [...folders].sort().map((folder) => {
    const locked = lock.packages[folder];
    if (locked?.version === undefined) throw new Error(`${folder} is in the binary and not in package-lock.json`);
    return {
      name: folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length),
      version: locked.version,
      license: locked.license ?? null,
      integrity: locked.integrity ?? null,
      folder,
    };
  });
};

/** The innermost package that a bundled file belongs to. */
const folderOf = (path: string): string | undefined =>
  /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
