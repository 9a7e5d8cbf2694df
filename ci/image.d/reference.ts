/** The name under which engines keep an image. */
export interface Reference {
  /** As it was given: `mooring/mooring:0.1.0`. */
  short: string;
  /** With the registry that a name without one stands for, as containerd and kubelet keep it. */
  full: string;
  tag: string;
}

const name =
  /^(?:[a-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const tag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Reads NAME:TAG (grammar of distribution/reference). Throws with what is allowed. */
export const referenceOf = (text: string): Reference => {
  const colon = text.lastIndexOf(":");
  const [given, label] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 0 || !name.test(given) || !tag.test(label)) {
    throw new Error(`'${text}' is no image reference; allowed: [HOST[:PORT]/]NAME:TAG, such as mooring/mooring:0.1.0`);
  }
  const [first = ""] = given.split("/");
  const hasHost = given.includes("/") && (/[.:]/.test(first) || first === "localhost");
  const path = given.includes("/") ? given : `library/${given}`;
  return { short: text, full: `${hasHost ? given : `docker.io/${path}`}:${label}`, tag: label };
};
