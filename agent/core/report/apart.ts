import type { Mount } from "../config/config.ts";
import type { Apart } from "../rescue.ts";
import type { Reach } from "./reach.ts";

/** What pods that use a mount have of it, or in it, as mounts of their own. */
export const apartOf = (reaches: readonly Reach[], { name, hostPath }: Pick<Mount, "name" | "hostPath">): Apart => {
  const own = reaches.flatMap(({ mount, through }) => (mount === name ? [through] : []));
  return {
    roots: pathsBelow(
      hostPath,
      own.map(({ path }) => path),
    ),
    points: pathsBelow(
      hostPath,
      own.flatMap(({ within }) => within),
    ),
  };
};

const pathsBelow = (root: string, paths: readonly string[]): string[] => {
  const below = paths.filter((path) => path.startsWith(`${root}/`)).map((path) => path.slice(root.length + 1));
  return [...new Set(below)].toSorted();
};
