import { isCompiled } from "../core/build.ts";

/** How this program starts itself anew: the compiled binary alone, or Bun with the sources. */
export const self = (): readonly string[] =>
  isCompiled ? [process.execPath] : [process.execPath, new URL("../main.ts", import.meta.url).pathname];
