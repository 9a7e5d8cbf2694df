const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = [123, 91] as const; // { [
const CLOSE = [125, 93] as const; // } ]

/** An object of a list is at most 1.5 MiB in etcd; what stands around them is a few hundred bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Takes a list of the API server apart while it arrives: each object of `items` is handed over by itself, and what stands around
 * them is returned, so that 250 pods are never in memory together. Throws SyntaxError for what is no such list.
 */
export async function readListItems(
  chunks: AsyncIterable<Uint8Array>,
  take: (item: unknown) => void,
): Promise<unknown> {
  const decoder = new TextDecoder();
  const around: string[] = [];
  let kept = new Uint8Array(0);
  let depth = 0;
  let inText = false;
  let escaped = false;
  /** Whether the list that is open at depth 2 belongs to the key `items`. */
  let inItems = false;
  const keep = (bytes: Uint8Array): void => {
    if (kept.length + bytes.length > MOST_BYTES) throw new Error(`an object is larger than ${MOST_BYTES} bytes`);
    kept = kept.length === 0 ? bytes.slice() : Buffer.concat([kept, bytes]);
  };
  const flush = (): string => {
    const text = decoder.decode(kept);
    kept = new Uint8Array(0);
    return text;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN[0] || byte === OPEN[1]) {
        depth += 1;
        if (depth === 2 && byte === OPEN[1]) {
          keep(chunk.subarray(from, at + 1));
          from = at + 1;
          const text = flush();
          around.push(text);
          inItems = /"items"\s*:\s*\[$/.test(text);
        } else if (depth === 3 && inItems) {
          // The comma before it.
          from = at;
          kept = new Uint8Array(0);
        }
      } else if (byte === CLOSE[0] || byte === CLOSE[1]) {
        depth -= 1;
        if (depth === 2 && inItems) {
          keep(chunk.subarray(from, at + 1));
          from = at + 1;
          take(JSON.parse(flush()));
        } else if (depth === 1 && inItems) {
          inItems = false;
          from = at;
          kept = new Uint8Array(0);
        }
      }
    }
    keep(chunk.subarray(from));
  }
  around.push(flush());
  return JSON.parse(around.join(""));
}
