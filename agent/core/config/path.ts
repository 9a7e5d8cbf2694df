import { quote } from "./problem.ts";
import { type Reader, textThat } from "./reader.ts";

/**
 * An absolute path that says the same to every reader: two different texts are two different places, as long as no links are
 * involved. Any byte but NUL is legal in it, newlines included.
 */
export const absolutePath: Reader<string> = textThat("an absolute path such as /volumes/dumps", (text) => {
  if (!text.startsWith("/")) return "is not absolute";
  if (text === "/") return "is the root directory";
  return whyNotNormal(text.slice(1), "/");
});

/** A path below the root of a volume. What the agent keeps there for itself is not for applications. */
export const pathInVolume: Reader<string> = textThat(
  "a path below the volume's root such as app-one or app/dumps",
  (text) => {
    if (text.startsWith("/")) return "is absolute";
    const [first = ""] = text.split("/");
    return first === ".mooring" || first === ".ready" ? "is kept by the agent" : whyNotNormal(text, "");
  },
);

/** limits.h: PATH_MAX counts the final NUL. */
const longestPath = 4095;
const longestComponent = 255;

const whyNotNormal = (relative: string, prefix: string): string | null => {
  if (!relative.isWellFormed()) return "is not valid Unicode";
  if (relative.includes("\0")) return "holds a NUL character";
  if (Buffer.byteLength(prefix + relative) > longestPath) return `is longer than ${longestPath} bytes`;
  const components = relative.split("/");
  if (components.some((each) => Buffer.byteLength(each) > longestComponent)) {
    return `has a component longer than ${longestComponent} bytes`;
  }
  if (components.includes("..")) return "goes up with '..'";
  const normal = components.filter((each) => each !== "" && each !== ".");
  if (normal.length === 0) return "is empty";
  return normal.length === components.length ? null : `is not normalised (write ${quote(prefix + normal.join("/"))})`;
};

/** The directories above a normalised absolute path, nearest first, without the root. */
export const ancestors = (path: string): string[] => {
  const above: string[] = [];
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) above.push(path.slice(0, end));
  return above;
};
