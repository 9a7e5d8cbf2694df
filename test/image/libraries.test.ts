import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackagesIn, mainLicenseIn, spdxOfDebian } from "../../ci/image.d/debian-packages.ts";
import { librariesFor } from "../../ci/image.d/libraries.ts";
import { architecture, debianFolder, libraryFolder, loader, program } from "./debian-folder.ts";

const binary = readFileSync(program);

test("the loader, what the program links against and nothing else", () => {
  using debian = debianFolder();
  const { entries, from } = librariesFor(program, binary, debianPackagesIn(debian.path));
  expect(entries.map(({ path }) => path).sort()).toEqual(
    [
      architecture === "amd64" ? `lib64/${loader}` : `lib/${loader}`,
      `${libraryFolder}/${loader}`,
      `${libraryFolder}/libc.so.6`,
    ].sort(),
  );
  expect(entries[0]).toMatchObject({ kind: "link", to: `../${libraryFolder}/${loader}` });
  expect(from).toEqual(["libc6"]);
});

test("a library that no package has is named, with what to do", () => {
  using debian = debianFolder();
  rmSync(join(debian.path, "libc6/root", libraryFolder, "libc.so.6"));
  expect(() => librariesFor("/mooring", binary, debianPackagesIn(debian.path))).toThrow(
    "libc.so.6, which /mooring needs, is in none of base-files, libc6: add its Debian package to ci/image.d/debian.lock",
  );
});

test("a library for another machine is refused", () => {
  using debian = debianFolder();
  const path = join(debian.path, "libc6/root", libraryFolder, "libc.so.6");
  const foreign = readFileSync(path);
  foreign[18] = architecture === "amd64" ? 183 : 62;
  writeFileSync(path, foreign);
  expect(() => librariesFor("/mooring", binary, debianPackagesIn(debian.path))).toThrow(
    architecture === "amd64" ? "is for arm64, /mooring for amd64" : "is for amd64, /mooring for arm64",
  );
});

test("a package says who it is", () => {
  using debian = debianFolder();
  expect(debianPackagesIn(debian.path)).toMatchObject([
    { name: "base-files", source: "base-files", license: null, sha256: "b".repeat(64) },
    { name: "libc6", version: "2.41-12+deb13u4", source: "glibc", license: "LGPL-2.1+", homepage: null },
  ]);
  writeFileSync(join(debian.path, "libc6/control"), "Package: libc6\n");
  expect(() => debianPackagesIn(debian.path)).toThrow("libc6/control has no field Version");
});

test("licences of a machine-readable copyright file", () => {
  expect(mainLicenseIn("Format: x\n\nFiles: *\nCopyright: y\nLicense: GPL-2+\n text\n")).toBe("GPL-2+");
  expect(mainLicenseIn("This package was made by hand.\n")).toBeNull();
});

test.each([
  ["LGPL-2.1+", "LGPL-2.1-or-later"],
  ["GPL-2", "GPL-2.0-only"],
  ["GPL-3+", "GPL-3.0-or-later"],
  ["verbatim", null],
  ["GPL-2+ with exception", null],
  [null, null],
])("Debian's %s is SPDX's %s", (debian, spdx) => {
  expect(spdxOfDebian(debian)).toBe(spdx);
});
