import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { digestOf } from "./digest.ts";
import { type Elf, elfOf, looksLikeElf } from "./elf.ts";
import { libraryFolders } from "./libraries.ts";

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { architecture: string; os: string };
}

/**
 * What is wrong with an image archive, looked at with the system's tar and none of the code that wrote it: sums and sizes of
 * every blob, both indexes, the architecture in every place that names one, ELF headers of every file, what the program links
 * against, modes. An empty list when all is well.
 */
export const faultsOfImage = async (archive: string, architecture: Elf["machine"]): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), "mooring-image-"));
  try {
    const [layout, root] = [join(folder, "layout"), join(folder, "root")];
    await unpack(archive, layout);
    const read = (path: string): Buffer => readFileSync(join(layout, path));
    const json = <T>(path: string): T => JSON.parse(read(path).toString()) as T;
    const faults: string[] = [];
    const expect = (holds: boolean, fault: string): unknown => holds || faults.push(fault);
    const blob = ({ digest, size }: Descriptor): string => {
      const path = `blobs/${digest.replace(":", "/")}`;
      expect(read(path).length === size, `${path} has not the ${size} bytes that its descriptor says`);
      return path;
    };

    for (const name of readdirSync(join(layout, "blobs/sha256"))) {
      expect(digestOf(read(`blobs/sha256/${name}`)) === `sha256:${name}`, `blob ${name} has another content`);
    }
    expect(
      json<{ imageLayoutVersion: string }>("oci-layout").imageLayoutVersion === "1.0.0",
      "oci-layout is not 1.0.0",
    );
    const [described, ...others] = json<{ manifests: Descriptor[] }>("index.json").manifests;
    if (!described || others.length > 0) return [...faults, "index.json does not name exactly one image"];
    expect(described.platform?.architecture === architecture, `index.json says ${described.platform?.architecture}`);
    const manifest = json<{ config: Descriptor; layers: Descriptor[] }>(blob(described));
    const config = json<{ architecture: string; os: string; rootfs: { diff_ids: string[] } }>(blob(manifest.config));
    expect(
      config.architecture === architecture && config.os === "linux",
      `config says ${config.os}/${config.architecture}`,
    );
    const [docker] = json<{ Config: string; Layers: string[] }[]>("manifest.json");
    const same = Bun.deepEquals([docker?.Config, docker?.Layers], [blob(manifest.config), manifest.layers.map(blob)]);
    expect(same, "manifest.json and index.json describe two images");

    expect(
      config.rootfs.diff_ids.length === manifest.layers.length,
      "config and manifest differ in the number of layers",
    );
    for (const [index, layer] of manifest.layers.entries()) {
      const bytes = new Uint8Array(read(blob(layer)));
      const inside = layer.mediaType.endsWith("+zstd") ? zstdDecompressSync(bytes) : Bun.gunzipSync(bytes);
      expect(
        digestOf(inside) === config.rootfs.diff_ids[index],
        `layer ${index} has not the content that config names`,
      );
      const tar = join(folder, `layer-${index}.tar`);
      await Bun.write(tar, inside);
      await unpack(tar, root);
    }
    return [...faults, ...faultsOfRoot(root, architecture)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Every ELF file is for the architecture and finds its loader and its libraries in the same tree; nobody but root may write. */
const faultsOfRoot = (root: string, architecture: Elf["machine"]): string[] => {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const elves = files.flatMap((path) => {
    const bytes = readFileSync(path);
    return looksLikeElf(bytes) ? [{ path: relative(root, path), elf: elfOf(path, bytes) }] : [];
  });
  const there = new Set(elves.map(({ path }) => path));
  const folder = libraryFolders[architecture];
  return [
    ...(there.has("mooring") ? [] : ["/mooring is no program"]),
    ...files
      .filter((path) => (statSync(path).mode & 0o7022) !== 0)
      .map((path) => `/${relative(root, path)} has mode ${(statSync(path).mode & 0o7777).toString(8)}`),
    ...elves.flatMap(({ path, elf: { machine, interpreter, needed } }) => [
      ...(machine === architecture ? [] : [`/${path} is for ${machine}`]),
      ...needed.filter((name) => !there.has(`${folder}/${name}`)).map((name) => `/${path} misses ${name}`),
      // The link at its path points into the library folder, which is there for every name in `needed`.
      ...(interpreter === null || there.has(`${folder}/${basename(interpreter)}`)
        ? []
        : [`/${path} misses its loader`]),
    ]),
  ];
};

const unpack = async (archive: string, folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const tar = Bun.spawn(["tar", "-xpf", archive, "-C", folder], { stdout: "ignore", stderr: "pipe" });
  const [code, said] = await Promise.all([tar.exited, tar.stderr.text()]);
  if (code !== 0) throw new Error(`tar cannot unpack ${archive}: ${said.trim()}`);
};
