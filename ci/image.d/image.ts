import { digestOf } from "./digest.ts";
import type { Elf } from "./elf.ts";
import type { Layer } from "./layer.ts";
import type { Reference } from "./reference.ts";
import { type Entry, tarOf } from "./tar.ts";

export interface Recipe {
  architecture: Elf["machine"];
  /** RFC 3339. */
  created: string;
  labels: Record<string, string>;
  layers: readonly Layer[];
  reference: Reference;
}

export interface Image {
  /** dist/image.tar: an OCI layout that is a `docker save` archive too. */
  archive: Uint8Array;
  /** What registries call it by. */
  digest: string;
  /** Digest of the configuration: the image's id in a Docker engine. */
  id: string;
}

/** An image in one file: OCI layout (image-spec 1.1, image-layout.md) for containerd, with the manifest.json that `docker load` reads. */
export const imageOf = (recipe: Recipe): Image => {
  const { architecture, layers, reference, labels } = recipe;
  // Every arm64 is v8 to engines, which compare it (platforms.Normalize of containerd).
  const platform = { architecture, os: "linux", ...(architecture === "arm64" ? { variant: "v8" } : {}) };
  const config = json({ ...platform, ...configurationOf(recipe) });
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...descriptorOf(config) },
    layers: layers.map(({ mediaType, blob }) => ({ mediaType, ...descriptorOf(blob) })),
    annotations: labels,
  });
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        ...descriptorOf(manifest),
        platform,
        annotations: { "io.containerd.image.name": reference.full, "org.opencontainers.image.ref.name": reference.tag },
      },
    ],
  });
  const forDocker = json([
    {
      Config: pathOf(digestOf(config)),
      RepoTags: [reference.short],
      Layers: layers.map(({ digest }) => pathOf(digest)),
    },
  ]);
  const blobs = [config, manifest, ...layers.map(({ blob }) => blob)];
  const archive = tarOf([
    file("oci-layout", json({ imageLayoutVersion: "1.0.0" })),
    file("index.json", index),
    file("manifest.json", forDocker),
    ...blobs.map((blob) => file(pathOf(digestOf(blob)), blob)),
  ]);
  return { archive, digest: digestOf(manifest), id: digestOf(config) };
};

/** image-spec config.md. User by number: there is no /etc/passwd to look a name up in. */
const configurationOf = ({ created, labels, layers }: Recipe): object => ({
  created,
  config: {
    User: "0:0",
    ExposedPorts: { "8000/tcp": {} },
    Entrypoint: ["/mooring"],
    Cmd: ["run"],
    WorkingDir: "/",
    Labels: labels,
    StopSignal: "SIGTERM",
  },
  rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  history: layers.map(({ from }) => ({ created, created_by: "ci/image", comment: from })),
});

const descriptorOf = (blob: Uint8Array): { digest: string; size: number } => ({
  digest: digestOf(blob),
  size: blob.length,
});
const pathOf = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const file = (path: string, content: Uint8Array): Entry => ({ kind: "file", path, mode: 0o644, content });
