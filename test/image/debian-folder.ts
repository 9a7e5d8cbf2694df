import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { libraryFolders } from "../../ci/image.d/libraries.ts";

export const architecture = process.arch === "arm64" ? "arm64" : "amd64";
export const libraryFolder = libraryFolders[architecture];

/** A small real program that links against libc alone. */
export const program = "/bin/true";

const loaders = { amd64: "ld-linux-x86-64.so.2", arm64: "ld-linux-aarch64.so.1" };
export const loader = loaders[architecture];

export interface DebianFolder {
  path: string;
  [Symbol.dispose](): void;
}

/** What ci/image.d/debian would leave, with this machine's own libc in it. */
export const debianFolder = (): DebianFolder => {
  const path = mkdtempSync(join(tmpdir(), "mooring-debian-"));
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  write("libc6/control", `Package: libc6\nSource: glibc\nVersion: 2.41-12+deb13u4\nArchitecture: ${architecture}\n`);
  write("libc6/sha256", `${"a".repeat(64)}\n`);
  write(
    "libc6/root/usr/share/doc/libc6/copyright",
    "Format: x\n\nFiles: a.c\nLicense: MIT\n\nFiles: *\nCopyright: y\nLicense: LGPL-2.1+\n",
  );
  for (const name of [loader, "libc.so.6"]) {
    cpSync(join("/", libraryFolder, name), join(path, "libc6/root", libraryFolder, name), { dereference: true });
  }
  write("base-files/control", `Package: base-files\nVersion: 13.8+deb13u7\nArchitecture: ${architecture}\n`);
  write("base-files/sha256", `${"b".repeat(64)}\n`);
  write("base-files/root/usr/lib/os-release", 'ID=debian\nVERSION_ID="13"\n');
  write("base-files/root/etc/debian_version", "13.7\n");
  write("base-files/root/usr/share/common-licenses/LGPL-2.1", "the licence\n");
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
};
