/** `sha256:…` of some bytes, as the OCI image specification writes it. */
export const digestOf = (bytes: Uint8Array | string): string => `sha256:${hexOf("sha256", bytes)}`;

/** A checksum in lower-case hexadecimal. */
export const hexOf = (algorithm: "sha1" | "sha256", bytes: Uint8Array | string): string =>
  new Bun.CryptoHasher(algorithm).update(bytes).digest("hex");
