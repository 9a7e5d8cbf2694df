import type { Writable } from "node:stream";

/**
 * Writes text and resolves once it has left the process, so that exiting next loses nothing. When the reader has gone (`mooring
 * status | head -1`) the rest is dropped without a word, as a C program ended by SIGPIPE would: nobody is left to tell.
 */
export const printer = (stream: Writable): ((text: string) => Promise<void>) => {
  // Without a listener the stream's own error event would end the process with a stack.
  stream.on("error", () => {});
  return (text) => new Promise((resolve) => stream.write(text, () => resolve()));
};
