import { renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { debianPackagesIn } from "./debian-packages.ts";
import { elfOf } from "./elf.ts";
import { imageOf } from "./image.ts";
import { faultsOfImage } from "./inspect.ts";
import { labelsOf } from "./labels.ts";
import { compressions, layerOf } from "./layer.ts";
import { noticesOf } from "./notices.ts";
import { npmPackagesIn } from "./npm-packages.ts";
import { referenceOf } from "./reference.ts";
import { rootOf } from "./root.ts";
import { sbomOf } from "./sbom.ts";

/** A bare compiled Bun program makes an image of 52.6 MB with gzip and 42 MB with zstd; ours may be 3 MB larger. */
const budget = { gzip: 55_600_000, zstd: 45_000_000 } as const;

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      arch: { type: "string" },
      binary: { type: "string" },
      metafile: { type: "string" },
      debian: { type: "string" },
      version: { type: "string" },
      revision: { type: "string" },
      /** Seconds since 1970: the only time in the image. */
      epoch: { type: "string" },
      tag: { type: "string" },
      compression: { type: "string" },
      image: { type: "string" },
      sbom: { type: "string" },
    },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing`);
    return value;
  };
  const bytesOf = (path: string): Promise<Uint8Array> => Bun.file(path).bytes();
  const reference = referenceOf(given("tag"));
  const compression = compressions.find((each) => each === given("compression"));
  if (!compression)
    throw new Error(`unknown compression '${given("compression")}'; allowed: ${compressions.join(", ")}`);
  const version = given("version");
  const created = new Date(Number(given("epoch")) * 1000).toISOString().replace(".000Z", "Z");

  const binary = await bytesOf(given("binary"));
  const { machine } = elfOf(given("binary"), binary);
  if (machine !== given("arch")) throw new Error(`${given("binary")} is for ${machine}, not for ${given("arch")}`);
  const npm = npmPackagesIn(await Bun.file(given("metafile")).json(), await Bun.file("package-lock.json").json());
  const root = rootOf({ binary, notices: noticesOf(".", npm), packages: debianPackagesIn(given("debian")) });
  const versions = root.debian.map((each) => `${each.name} ${each.version}`).join(", ");
  const layers = [
    layerOf(root.libraries, `Debian ${root.debianRelease}: ${versions}`, compression),
    layerOf(root.program, `mooring ${version}`, compression),
  ];
  const labels = labelsOf({ version, revision: given("revision"), created });
  const image = imageOf({ architecture: machine, created, labels, layers, reference });

  const archive = given("image");
  writeFileSync(`${archive}.new`, image.archive);
  const faults = await faultsOfImage(`${archive}.new`, machine);
  const size = layers.reduce((sum, { blob }) => sum + blob.length, 0);
  if (size > budget[compression]) {
    faults.push(
      `its layers have ${size} bytes, more than ${budget[compression]}: see ci/image.d/measure for what grew`,
    );
  }
  if (faults.length > 0) throw new Error(`the image is not right:\n  ${faults.join("\n  ")}`);

  const entries = [...root.libraries, ...root.program];
  const contents = { architecture: machine, version, created, digest: image.digest, binary, npm, entries };
  const sbom = sbomOf({ ...contents, debian: root.debian, debianRelease: root.debianRelease });
  writeFileSync(given("sbom"), `${JSON.stringify(sbom, null, 2)}\n`);
  renameSync(`${archive}.new`, archive);
  const unpacked = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.content.length : 0), 0);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(`digest ${image.digest}
id ${image.id}
size ${megabytes(size)} MB as ${compression} (${layers.map(({ blob }) => megabytes(blob.length)).join(" + ")}), ${megabytes(unpacked)} MB unpacked
from ${versions}`);
};

try {
  await main();
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
