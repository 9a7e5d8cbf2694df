import { createHash } from "node:crypto";

/** What a Kubernetes node can be called (RFC 1123 subdomain, 253 characters), and most host names. */
const USUAL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** The name of a node's folder below `.mooring/nodes`: its own, or a digest where that would be no good file name. */
export const nodeFolderName = (node: string): string =>
  USUAL.test(node) ? node : `node-${createHash("sha256").update(node).digest("hex").slice(0, 32)}`;
