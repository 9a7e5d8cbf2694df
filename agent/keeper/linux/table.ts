import { mountsAt } from "../../core/mountinfo/stack.ts";
import { readTable } from "../../kernel/describe.ts";

/** Super device of the innermost mount on the way to `path`, as a lookup meets them. */
export function deviceOver(path: string): string | null {
  const table = readTable();
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    const top = mountsAt(table, at).at(-1);
    if (top) return top.device;
    if (at === "/") return null;
  }
}

/** Each path once, those that something hides included. */
export function mountPointsIn(directories: ReadonlySet<string>): string[] {
  const paths = readTable().map(({ mountPoint }) => mountPoint);
  return [...new Set(paths)].filter((path) => path !== "/" && directories.has(directoryOf(path)));
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
