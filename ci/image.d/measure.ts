import { debianPackagesIn } from "./debian-packages.ts";
import { type Compression, compressions, layerOf } from "./layer.ts";
import { rootOf } from "./root.ts";

const allowed = 3_000_000;

/** Size in bytes of the layers of an image with this program in it. */
const sizeOf = async (binary: string, debian: string, compression: Compression): Promise<number> => {
  const packages = debianPackagesIn(debian);
  const { libraries, program } = rootOf({ binary: await Bun.file(binary).bytes(), notices: "", packages });
  return [libraries, program].reduce((sum, entries) => sum + layerOf(entries, "", compression).blob.length, 0);
};

const [debian = "", bare = "", ours = "", ...names] = process.argv.slice(2);
for (const name of names) {
  const compression = compressions.find((each) => each === name);
  if (!compression) throw new Error(`unknown compression '${name}'; allowed: ${compressions.join(", ")}`);
  const [small, whole] = [await sizeOf(bare, debian, compression), await sizeOf(ours, debian, compression)];
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  console.log(
    `${name}: a bare program ${megabytes(small)}, Mooring ${megabytes(whole)}: ${megabytes(whole - small)} more`,
  );
  if (whole - small > allowed) process.exitCode = 1;
}
