import { type DebianPackage, spdxOfDebian } from "./debian-packages.ts";
import { hexOf } from "./digest.ts";
import type { NpmPackage } from "./npm-packages.ts";
import type { Entry } from "./tar.ts";

export interface Contents {
  architecture: string;
  version: string;
  created: string;
  /** The image's digest. */
  digest: string;
  binary: Uint8Array;
  npm: readonly NpmPackage[];
  debian: readonly DebianPackage[];
  /** Which Debian that is: `13`. */
  debianRelease: string;
  /** Everything in the image. */
  entries: readonly Entry[];
}

const unknown = "NOASSERTION";
const home = "https://github.com/mooring-project/mooring";

/** An SPDX 2.3 document: the image, the program in it, the npm packages in the program, the Debian packages beside it, every file. */
export const sbomOf = (contents: Contents): object => {
  const { architecture, version, created, digest, npm, debian } = contents;
  const files = filesOf(contents.entries);
  const packages = [
    imageIn(contents, files),
    programIn(contents),
    ...npm.map(npmPackage),
    ...debian.map((each) => debianPackage(each, contents.debianRelease)),
  ];
  const contains = (one: string, other: string): object => ({
    spdxElementId: one,
    relationshipType: "CONTAINS",
    relatedSpdxElement: other,
  });
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `mooring-${version}-linux-${architecture}`,
    documentNamespace: `${home}/spdx/${digest.replace(":", "-")}`,
    creationInfo: { created, creators: ["Organization: The Mooring authors", `Tool: mooring-ci-image-${version}`] },
    packages,
    files: files.map(({ id, path, content }) => ({
      SPDXID: id,
      fileName: `./${path}`,
      checksums: [
        { algorithm: "SHA1", checksumValue: hexOf("sha1", content) },
        { algorithm: "SHA256", checksumValue: hexOf("sha256", content) },
      ],
      licenseConcluded: unknown,
      licenseInfoInFiles: [unknown],
      copyrightText: unknown,
    })),
    relationships: [
      { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: imageId },
      contains(imageId, programId),
      ...debian.map(({ name }) => contains(imageId, idOf("Debian", name))),
      ...npm.map(({ folder }) => contains(programId, idOf("Npm", folder))),
      ...files.map(({ id }) => contains(imageId, id)),
    ],
  };
};

const imageId = "SPDXRef-Image";
const programId = "SPDXRef-Program";

interface ListedFile {
  id: string;
  path: string;
  content: Uint8Array;
}

const filesOf = (entries: readonly Entry[]): ListedFile[] =>
  entries
    .flatMap((entry) =>
      entry.kind === "file" ? [{ id: idOf("File", entry.path), path: entry.path, content: entry.content }] : [],
    )
    .sort((one, other) => (one.path < other.path ? -1 : 1));

const imageIn = ({ version, digest, architecture }: Contents, files: readonly ListedFile[]): object => ({
  ...packageOf(imageId, "mooring/mooring", version),
  primaryPackagePurpose: "CONTAINER",
  filesAnalyzed: true,
  // Clause 7.9: the SHA1 sum of the sorted SHA1 sums of all files.
  packageVerificationCode: {
    packageVerificationCodeValue: hexOf(
      "sha1",
      files
        .map(({ content }) => hexOf("sha1", content))
        .sort()
        .join(""),
    ),
  },
  checksums: [sha256(digest.slice("sha256:".length))],
  externalRefs: [purl(`pkg:oci/mooring@${encodeURIComponent(digest)}?arch=${architecture}`)],
});

const programIn = ({ version, binary }: Contents): object => ({
  ...packageOf(programId, "mooring", version, "Apache-2.0"),
  primaryPackagePurpose: "APPLICATION",
  homepage: home,
  checksums: [sha256(hexOf("sha256", binary))],
});

const npmPackage = ({ name, version, license, integrity, folder }: NpmPackage): object => ({
  ...packageOf(idOf("Npm", folder), name, version, license),
  primaryPackagePurpose: "LIBRARY",
  ...(integrity?.startsWith("sha512-")
    ? { checksums: [{ algorithm: "SHA512", checksumValue: Buffer.from(integrity.slice(7), "base64").toString("hex") }] }
    : {}),
  externalRefs: [purl(`pkg:npm/${name.replace("@", "%40")}@${version}`)],
});

const debianPackage = (
  { name, version, architecture, source, homepage, sha256: sum, license }: DebianPackage,
  release: string,
): object => ({
  ...packageOf(idOf("Debian", name), name, version, spdxOfDebian(license)),
  primaryPackagePurpose: "LIBRARY",
  sourceInfo: `built by Debian from the source package ${source}`,
  ...(homepage === null ? {} : { homepage }),
  supplier: "Organization: Debian",
  checksums: [sha256(sum)],
  licenseComments: `of most of its files; all are in /usr/share/doc/${name}/copyright of the package`,
  externalRefs: [
    purl(
      `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-${release}&upstream=${source}`,
    ),
  ],
});

const packageOf = (id: string, name: string, version: string, license: string | null = null): object => ({
  SPDXID: id,
  name,
  versionInfo: version,
  downloadLocation: unknown,
  filesAnalyzed: false,
  licenseConcluded: unknown,
  licenseDeclared: license ?? unknown,
  copyrightText: unknown,
});

const purl = (locator: string): object => ({
  referenceCategory: "PACKAGE-MANAGER",
  referenceType: "purl",
  referenceLocator: locator,
});
const sha256 = (value: string): object => ({ algorithm: "SHA256", checksumValue: value });

/** Identifiers may hold letters, digits, dots and hyphens; the sum keeps apart what becomes equal by that. */
const idOf = (kind: string, text: string): string =>
  `SPDXRef-${kind}-${text.replace(/[^A-Za-z0-9.]+/g, "-")}-${hexOf("sha256", text).slice(0, 8)}`;
