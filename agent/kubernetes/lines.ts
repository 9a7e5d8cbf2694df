/** A pod is at most 1.5 MiB in etcd; JSON of it is little more. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Splits a stream of bytes into lines without their ends. Throws at a line that nobody honest would send. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
    if (rest.length > LONGEST_LINE) throw new Error(`a line is longer than ${LONGEST_LINE} characters`);
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
