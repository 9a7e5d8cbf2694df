/** What the labels say. */
export interface Described {
  version: string;
  /** Commit, `-dirty` appended when the sources differ from it; empty without git. */
  revision: string;
  created: string;
}

const home = "https://github.com/mooring-project/mooring";

/** The image specification's own keys (annotations.md), for `docker inspect` and for registries. Without the commit when it is not known. */
export const labelsOf = ({ version, revision, created }: Described): Record<string, string> => ({
  "org.opencontainers.image.created": created,
  "org.opencontainers.image.description":
    "Keeps storage moored to Kubernetes nodes: bind-mounts a claim onto a host path, watches it and heals it.",
  "org.opencontainers.image.documentation": `${home}/blob/main/docs/image.md`,
  "org.opencontainers.image.licenses": "Apache-2.0",
  ...(revision === "" ? {} : { "org.opencontainers.image.revision": revision }),
  "org.opencontainers.image.source": home,
  "org.opencontainers.image.title": "mooring",
  "org.opencontainers.image.url": home,
  "org.opencontainers.image.vendor": "The Mooring authors",
  "org.opencontainers.image.version": version,
});
