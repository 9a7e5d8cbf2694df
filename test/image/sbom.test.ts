import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { sbomOf } from "../../ci/image.d/sbom.ts";
import { architecture } from "./debian-folder.ts";
import { described, someRoot } from "./made-image.ts";

interface Document {
  SPDXID: string;
  packages: {
    SPDXID: string;
    name: string;
    versionInfo: string;
    licenseDeclared: string;
    externalRefs?: { referenceLocator: string }[];
    packageVerificationCode?: { packageVerificationCodeValue: string };
  }[];
  files: { SPDXID: string; fileName: string; checksums: { algorithm: string; checksumValue: string }[] }[];
  relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[];
}

const { libraries, program, debian, debianRelease } = someRoot();
const entries = [...libraries, ...program];
const npm = ["@a/b", "a-b", "a_b"].map((name) => ({
  name,
  version: "1.0.0",
  license: name === "a_b" ? null : "MIT",
  integrity: `sha512-${Buffer.alloc(64, 7).toString("base64")}`,
  folder: `node_modules/${name}`,
}));
const digest = `sha256:${"d".repeat(64)}`;
const document = sbomOf({
  ...described,
  architecture,
  digest,
  binary: new Uint8Array([1]),
  npm,
  debian,
  debianRelease,
  entries,
}) as Document;

test("every package with its version, its licence and an address that scanners understand", () => {
  const rows = document.packages.map((each) => [
    each.name,
    each.versionInfo,
    each.licenseDeclared,
    each.externalRefs?.[0]?.referenceLocator,
  ]);
  expect(rows).toEqual([
    ["mooring/mooring", "1.2.3", "NOASSERTION", `pkg:oci/mooring@sha256%3A${"d".repeat(64)}?arch=${architecture}`],
    ["mooring", "1.2.3", "Apache-2.0", undefined],
    ["@a/b", "1.0.0", "MIT", "pkg:npm/%40a/b@1.0.0"],
    ["a-b", "1.0.0", "MIT", "pkg:npm/a-b@1.0.0"],
    ["a_b", "1.0.0", "NOASSERTION", "pkg:npm/a_b@1.0.0"],
    [
      "base-files",
      "13.8+deb13u7",
      "NOASSERTION",
      `pkg:deb/debian/base-files@13.8%2Bdeb13u7?arch=${architecture}&distro=debian-13&upstream=base-files`,
    ],
    [
      "libc6",
      "2.41-12+deb13u4",
      "LGPL-2.1-or-later",
      `pkg:deb/debian/libc6@2.41-12%2Bdeb13u4?arch=${architecture}&distro=debian-13&upstream=glibc`,
    ],
  ]);
});

test("identifiers are legal and unique, and every relationship joins two that exist", () => {
  const ids = [document, ...document.packages, ...document.files].map(({ SPDXID }) => SPDXID);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id))).toEqual([]);
  const ends = document.relationships.flatMap((each) => [each.spdxElementId, each.relatedSpdxElement]);
  expect(ends.filter((id) => !ids.includes(id))).toEqual([]);
  // Nothing floats: everything but the document is contained in something.
  expect(ids.slice(1).filter((id) => !document.relationships.some((each) => each.relatedSpdxElement === id))).toEqual(
    [],
  );
});

test("every file of the image, and the code over all of them", () => {
  const files = entries.flatMap((entry) => (entry.kind === "file" ? [entry] : []));
  expect(document.files.map(({ fileName }) => fileName)).toEqual(files.map(({ path }) => `./${path}`).sort());
  const sums = files.map(({ content }) => createHash("sha1").update(content).digest("hex")).sort();
  expect(document.packages[0]?.packageVerificationCode?.packageVerificationCodeValue).toBe(
    createHash("sha1").update(sums.join("")).digest("hex"),
  );
});

test("the same contents give the same document", () => {
  expect(
    sbomOf({ ...described, architecture, digest, binary: new Uint8Array([1]), npm, debian, debianRelease, entries }),
  ).toEqual(document);
});
