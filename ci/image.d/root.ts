import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DebianPackage } from "./debian-packages.ts";
import { librariesFor } from "./libraries.ts";
import type { Entry } from "./tar.ts";

/** What the image is made of. */
export interface Root {
  /** Changes when Debian's packages change: kept apart, so that a release shares it with the one before. */
  libraries: Entry[];
  /** Changes with every release. */
  program: Entry[];
  /** The packages of which something is in it. */
  debian: DebianPackage[];
  /** Which Debian they are of: `13`. */
  debianRelease: string;
}

export interface Ingredients {
  binary: Uint8Array;
  notices: string;
  packages: readonly DebianPackage[];
}

/** Texts from base-files: which Debian the libraries are from, for scanners, and the licence of libc that has to travel with it. */
const texts = ["usr/lib/os-release", "etc/debian_version", "usr/share/common-licenses/LGPL-2.1"];

/**
 * The root file system: the program, what it links against, what the law and a scanner need to see beside it, and nothing
 * else. docs/image.md says why there is no user, no temporary folder and no mount point in it.
 */
export const rootOf = ({ binary, notices, packages }: Ingredients): Root => {
  const base = packages.find(({ name }) => name === "base-files");
  if (!base)
    throw new Error("base-files is missing in ci/image.d/debian.lock: the image takes its licence texts from there");
  const { entries, from } = librariesFor("the program", binary, packages);
  const owners = packages.filter(({ name }) => from.includes(name));
  const libraries: Entry[] = [
    ...entries,
    ...owners.map((owner) => copied(owner, `usr/share/doc/${owner.name}/copyright`)),
    // One file for each package, as in images without dpkg: what scanners read there.
    ...owners.map(({ name, control }) => text(`var/lib/dpkg/status.d/${name}`, `${control.trimEnd()}\n`)),
    ...texts.map((path) => copied(base, path)),
    { kind: "link", path: "etc/os-release", to: "../usr/lib/os-release" },
  ];
  const program: Entry[] = [
    { kind: "file", path: "mooring", mode: 0o755, content: binary },
    text("usr/share/doc/mooring/copyright", notices),
  ];
  return {
    libraries,
    program,
    debian: packages.filter((each) => each === base || owners.includes(each)),
    debianRelease: releaseIn(readFileSync(join(base.root, "usr/lib/os-release"), "utf8")),
  };
};

/** os-release(5). */
const releaseIn = (osRelease: string): string => {
  const version = /^VERSION_ID="?([0-9.]+)"?$/m.exec(osRelease)?.[1];
  if (version === undefined) throw new Error("os-release of base-files has no VERSION_ID");
  return version;
};

const copied = ({ root }: DebianPackage, path: string): Entry => ({
  kind: "file",
  path,
  mode: 0o644,
  content: readFileSync(join(root, path)),
});

const text = (path: string, content: string): Entry => ({
  kind: "file",
  path,
  mode: 0o644,
  content: new TextEncoder().encode(content),
});
