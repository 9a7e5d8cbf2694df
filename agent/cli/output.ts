import type { Writable } from "node:stream";

/** Standard output could not be written, for another reason than that its reader went away. */
export class OutputError extends Error {
  override name = "OutputError";
}

/**
 * Writes text and resolves once it has left the process, so that exiting next loses nothing. When the reader has gone
 * (`mooring status | head -1`) the rest is dropped without a word, as a C program ended by SIGPIPE would: nobody is left to
 * tell. Anything else, such as a full disk, rejects with OutputError. The stream is opened when first needed: most runs of the
 * binary are volume children, which never print.
 */
export const printer = (open: () => Writable): ((text: string) => Promise<void>) => {
  let stream: Writable | null = null;
  return (text) =>
    new Promise((resolve, reject) => {
      // Without a listener the stream's own error event would end the process with a stack.
      stream ??= open().on("error", () => {});
      stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
        if (!error || error.code === "EPIPE") resolve();
        else reject(new OutputError(`cannot write: ${error.code ?? error.message}`, { cause: error }));
      });
    });
};
