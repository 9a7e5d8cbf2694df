import { constants, zstdCompressSync } from "node:zlib";
import { digestOf } from "./digest.ts";
import { type Entry, tarOf } from "./tar.ts";

export const compressions = ["gzip", "zstd"] as const;
export type Compression = (typeof compressions)[number];

/** One layer: the compressed archive as registries and engines move it. */
export interface Layer {
  mediaType: string;
  blob: Uint8Array;
  /** Digest of the blob. */
  digest: string;
  /** Digest of the archive inside. */
  diffId: string;
  /** What it holds, for the image's history. */
  from: string;
}

/**
 * Compresses entries into a layer. The compressors are those of the pinned Bun, one thread each, so that the machine decides
 * about nothing. gzip is readable everywhere and takes ten seconds; zstd at 19 is a fifth smaller and takes a minute or two.
 */
export const layerOf = (entries: readonly Entry[], from: string, compression: Compression): Layer => {
  const archive = tarOf(entries);
  const blob = compressed[compression](archive);
  return {
    mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}`,
    blob,
    digest: digestOf(blob),
    diffId: digestOf(archive),
    from,
  };
};

const compressed: Record<Compression, (archive: Uint8Array) => Uint8Array> = {
  // Not zlib-ng, whose output depends on the CPU.
  gzip: (archive) => Bun.gzipSync(new Uint8Array(archive), { library: "libdeflate", level: 10 }),
  zstd: (archive) => zstdCompressSync(archive, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }),
};
